// The page of one visit: check-in, items, signatures, check-out. Everything is in the store before the finger is off the glass.
import { button, icon, make } from "../dom.js";
import "../geo-position.js";
import { ask } from "../ask.js";
import { shown, stamp } from "../offline/clock.js";
import { t } from "../texts.js";
import { giveUp } from "./dialog.js";
import { itemList, refuseItems } from "./items.js";
import { fenceOf, gaps, groupsOf, metres } from "./model.js";
import { photoField, settled, signatureField } from "./pictures.js";
import { locate } from "./place.js";
import { plateField, refusePlate } from "./plate.js";
import { send } from "./queue.js";
import { alter, record, saveDraft } from "./store.js";
import { byCode, current } from "./work.js";

const OUT_WAIT_MS = 12000;

function step(number, title, children) {
  return make("section", { class: "visit-step", id: `step-${number}` }, [
    make("h2", {}, [`${number} ${title}`]),
    ...children,
  ]);
}

/** The position of a check-in: shown when it is there, taken at once when not. */
export function positionField(work, elevator, draft, save) {
  if (!elevator.placed) return make("p", { class: "muted" }, [t("field.no_place")]);
  const line = make("p", { class: "field-distance", role: "status" });
  const show = () => {
    const away = metres(draft.check_in.position, elevator);
    if (away === null) return;
    const fence = fenceOf(work, elevator);
    line.textContent = t(away > fence ? "field.far" : "field.near", { metres: away, fence });
    line.className = `field-distance text-${away > fence ? "bad" : "good"}`;
  };
  const geo = make("geo-position", { class: "geo", "data-goal": 30, "data-auto": !draft.check_in.position });
  geo.addEventListener("position", ({ detail }) => {
    const { latitude, longitude, accuracy } = detail;
    draft.check_in.position = {
      lat: Number(latitude.toFixed(6)),
      lon: Number(longitude.toFixed(6)),
      accuracy_m: accuracy,
    };
    show();
    save();
  });
  show();
  return make("div", {}, [geo, line]);
}

function cycleChoice(work, visit, changed) {
  const buttons = work.cycles.map(([id, , name]) => {
    const chosen = id === visit.cycle;
    const one = button(name, {
      tone: chosen ? "primary" : "",
      "aria-pressed": String(chosen),
      "data-cycle": id,
    });
    one.addEventListener("click", () => changed(id));
    return one;
  });
  return make("div", { class: "cycle-choice", role: "group", "aria-label": t("field.cycle") }, buttons);
}

function secondWorker(work, visit, changed) {
  const select = make("select", { class: "form-select", id: "second-worker", name: "second" }, [
    make("option", { value: "" }, [t("field.second.none")]),
    ...work.colleagues.map(([login, name]) =>
      make("option", { value: login, selected: visit.second === login }, [name]),
    ),
  ]);
  const ways = [
    ["here", true],
    ["phone", false],
  ].map(([key, here]) => {
    const input = make("input", {
      class: "form-check-input",
      type: "radio",
      name: "second-way",
      checked: visit.second_here === here,
    });
    input.addEventListener("change", () => changed({ second_here: here }));
    return make("label", { class: "choice" }, [input, make("span", {}, [t(`field.second.${key}`)])]);
  });
  const way = make("div", { class: "choices", hidden: !visit.second }, ways);
  select.addEventListener("change", () => {
    way.hidden = !select.value;
    changed({ second: select.value || null });
  });
  return make("div", { class: "field" }, [
    make("label", { class: "form-label", for: "second-worker" }, [t("field.second")]),
    select,
    way,
  ]);
}

function signatures(visit, work, save) {
  const names = Object.fromEntries(work.colleagues);
  const pad = (key, label) =>
    signatureField({
      record: visit.ref,
      id: visit.signatures[key],
      label,
      name: key,
      changed: (id) => {
        visit.signatures[key] = id;
        return save();
      },
    });
  const fields = [pad("first", t("field.sign", { name: work.me.name }))];
  if (visit.second && visit.second_here)
    fields.push(pad("second", t("field.sign", { name: names[visit.second] ?? visit.second })));
  else if (visit.second) fields.push(make("p", { class: "muted" }, [t("field.second.joins")]));
  return fields;
}

/** Builds the page into `root`; null when the draft is gone. */
export async function visitView(root, ref, frame) {
  const visit = await record(ref);
  const work = current();
  const elevator = visit && byCode(visit.elevator);
  if (visit?.state !== "draft") return null;
  if (!elevator)
    return { title: t("field.visit"), back: "#/", gone: [t("field.gone"), giveUp(visit, frame)] };
  const save = () => saveDraft(visit);
  const items = make("div", {});
  const signs = make("div", {});
  let list;
  const drawItems = () => {
    list = elevator.list
      ? itemList(work, elevator, visit, save)
      : make("p", { class: "notice notice-warn" }, [t("field.no_items")]);
    items.replaceChildren(list);
  };
  const drawSigns = () => signs.replaceChildren(...signatures(visit, work, save));
  const cycles = make("div", {});
  const drawCycles = () =>
    cycles.replaceChildren(
      cycleChoice(work, visit, async (cycle) => {
        visit.cycle = cycle;
        await save();
        drawCycles();
        drawItems();
      }),
    );
  const out = make("p", { class: "text-bad field-out", role: "alert" });
  const form = make("form", { class: "form", id: "visit-form", novalidate: true }, [
    step(1, t("field.in"), [
      make("p", {}, [t("field.in.at", { moment: shown(visit.check_in.at) })]),
      positionField(work, elevator, visit, save),
      photoField({
        record: ref,
        id: visit.photo,
        label: t("field.photo.in"),
        hint: t("field.photo.in.hint"),
        name: "photo",
        changed: (id) => {
          visit.photo = id;
          return save();
        },
      }),
      secondWorker(work, visit, (change) => {
        Object.assign(visit, change);
        save();
        drawSigns();
      }),
      ...(elevator.plate ? [plateField(elevator, visit, save)] : []),
    ]),
    step(2, t("field.items"), [cycles, items]),
    step(3, t("field.signatures"), [signs]),
    step(4, t("field.out"), [make("p", { class: "muted" }, [t("field.out.hint")]), out]),
  ]);
  drawCycles();
  drawItems();
  drawSigns();
  root.replaceChildren(
    make("p", { class: "visit-place" }, [
      make("strong", {}, [elevator.place]),
      make("br"),
      make("span", { class: "muted" }, [
        [elevator.unit, elevator.kind, t("field.last", { day: elevator.last ?? "—" })]
          .filter(Boolean)
          .join(" · "),
      ]),
    ]),
    form,
    giveUp(visit, frame),
  );
  const submit = make(
    "button",
    { class: "btn btn-primary btn-lg", id: "visit-submit", type: "submit", form: "visit-form" },
    [icon("check"), make("span", {}, [t("field.finish")])],
  );
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    submit.disabled = true;
    const word = submit.querySelector("span");
    try {
      await settled();
      const bad = (elevator.list ? refuseItems(list, work, elevator, visit) : 0) + refusePlate(visit);
      out.textContent = bad ? t("field.items.bad", { count: bad }) : "";
      if (bad) return;
      word.textContent = t("geo.locating");
      if (await checkOut(visit, work, elevator)) {
        await finish(visit, work, elevator);
        frame.go(`#/queue/${ref}`);
        send();
      }
    } finally {
      word.textContent = t("field.finish");
      submit.disabled = false;
      busy = false;
    }
  });
  return { title: t("field.visit.of", { cycle: nameOf(work, visit.cycle) }), back: "#/", actions: [submit] };
}

function nameOf(work, cycle) {
  return work.cycles.find(([id]) => id === cycle)?.[2] ?? cycle;
}

/** Stamps the check-out, once; false when the worker would rather go on working. */
async function checkOut(visit, work, elevator) {
  const left = visit.check_out ?? stamp();
  if (!left.position && elevator.placed) left.position = await locate(OUT_WAIT_MS);
  const lines = gaps(work, elevator, visit, left).map(([key, values]) => t(key, values));
  if (lines.length) {
    const words = { lines, go: t("field.out.anyway"), stay: t("field.out.stay"), tone: "danger" };
    if (!(await ask(t("field.out.gaps"), words))) return false;
  }
  visit.check_out = left;
  return true;
}

/** Hands the draft to the queue: from here on the page changes it no more. */
async function finish(visit, work, elevator) {
  const asked = groupsOf(work, elevator, visit.cycle).flatMap(({ items }) => items.map(({ code }) => code));
  visit.answers = Object.fromEntries(
    asked.filter((code) => visit.answers[code]).map((code) => [code, visit.answers[code]]),
  );
  const waiting = { ...visit, state: "waiting", body: null, failure: null };
  await alter(visit.ref, (stored) => (stored?.state === "draft" ? waiting : undefined));
}
