// The first page: what is unfinished, what is due, and the way to scan.
import { button, icon, make } from "../dom.js";
import { now, shown } from "../offline/clock.js";
import { t } from "../texts.js";
import { plateTag } from "./plate.js";
import { begin } from "./records.js";
import { records } from "./store.js";
import { current, elevators, loadedAt } from "./work.js";

const MOST = 60;
const DAY_MS = 86400000;

function today() {
  return new Date(now()).toLocaleDateString("en-CA", { timeZone: "Asia/Shanghai" });
}

function days(due) {
  return Math.round((Date.parse(due) - Date.parse(today())) / DAY_MS);
}

function state(due) {
  if (!due) return ["later", "neutral", t("field.due.none")];
  const left = days(due);
  if (left < 0) return ["overdue", "bad", t("field.due.overdue", { days: -left })];
  if (left === 0) return ["due", "warn", t("field.due.today")];
  return [left <= 2 ? "soon" : "later", left <= 2 ? "info" : "neutral", t("field.due.in", { days: left })];
}

function card(work, elevator, open, go) {
  const [kind, tone, label] = state(elevator.due);
  const cycle = work.cycles.find(([id]) => id === elevator.cycle)?.[2];
  const start = button(t(open ? "field.resume" : "field.start"), {
    tone: kind === "later" ? "" : "primary",
    symbol: "tool",
  });
  start.className = `btn btn-lg due-go${kind === "later" ? "" : " btn-primary"}`;
  start.addEventListener("click", async () => go(`#/visit/${(await begin("visit", elevator)).ref}`));
  return make("li", { class: `box due-${kind}`, id: `due-${elevator.code}` }, [
    make("div", { class: "box-body" }, [
      make("div", { class: "due-head" }, [
        make("strong", {}, [elevator.place]),
        make("span", { class: `status-tag tone-${tone}` }, [label]),
      ]),
      make("p", { class: "muted" }, [[elevator.unit, elevator.kind].filter(Boolean).join(" · ")]),
      ...(elevator.plate
        ? [make("p", {}, [t("field.rescue", { code: elevator.rescue }), " ", plateTag(elevator)])]
        : []),
      make("p", {}, [t("field.next", { day: elevator.last ?? "—", cycle })]),
      start,
    ]),
  ]);
}

function draftCard(draft) {
  const path = draft.kind === "join" ? "join" : "visit";
  return make("li", {}, [
    make("a", { href: `#/${path}/${draft.ref}`, class: "field-draft" }, [
      icon("pencil"),
      make("span", {}, [
        make("strong", {}, [draft.place]),
        make("br"),
        t(`field.draft.${draft.kind}`, { moment: shown(draft.check_in.at) }),
      ]),
    ]),
  ]);
}

function matching(words) {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  return (elevator) => {
    const text = `${elevator.place} ${elevator.unit} ${elevator.code} ${elevator.rescue}`.toLowerCase();
    return parts.every((part) => text.includes(part));
  };
}

export async function homeView(root, frame) {
  const work = current();
  const all = elevators();
  const drafts = (await records()).filter(({ state: is }) => is === "draft");
  const open = new Set(drafts.filter(({ kind }) => kind === "visit").map(({ elevator }) => elevator));
  const list = make("ul", { class: "due-list" });
  const count = make("p", { class: "muted", role: "status" });
  const search = make("input", {
    class: "form-control form-control-lg",
    type: "search",
    id: "field-search",
    placeholder: t("field.search"),
    "aria-label": t("field.search"),
    autocomplete: "off",
  });
  let everything = false;
  const more = button(t("field.all"), { id: "field-all" });
  const draw = () => {
    const words = search.value.trim();
    const near = all.filter(({ due }) => due && days(due) <= work.shown_days);
    const found = words ? all.filter(matching(words)) : everything ? all : near;
    more.hidden = Boolean(words) || everything || near.length === all.length;
    list.replaceChildren(...found.slice(0, MOST).map((one) => card(work, one, open.has(one.code), frame.go)));
    const key = words ? "field.found" : "field.near_due";
    count.textContent = t(key, { count: found.length, days: work.shown_days, all: all.length });
  };
  more.addEventListener("click", () => {
    everything = true;
    draw();
  });
  search.addEventListener("input", draw);
  draw();
  const begun = drafts.length
    ? [make("h2", {}, [t("field.drafts")]), make("ul", { class: "field-drafts" }, drafts.map(draftCard))]
    : [];
  root.replaceChildren(
    ...begun,
    make("ul", { class: "big-links" }, [
      link("#/start", "scan", t("field.scan")),
      link("#/join", "users", t("field.join")),
    ]),
    make("h2", {}, [t("field.work")]),
    search,
    count,
    list,
    more,
    make("p", { class: "field-foot muted" }, [
      t("field.loaded", {
        moment: loadedAt() ? shown(loadedAt()) : "—",
        name: work.me.name,
        unit: work.me.unit,
      }),
    ]),
    make("p", { class: "field-foot" }, [
      make("a", { href: "/visits/today" }, [t("field.desk")]),
      " · ",
      make("a", { href: "/visits/" }, [t("field.history")]),
      " · ",
      make("a", { href: "/dashboard" }, [t("field.menu")]),
    ]),
  );
  return { title: t("field.title"), back: null };
}

function link(href, sign, label) {
  return make("li", {}, [make("a", { href }, [icon(sign), make("span", {}, [label])])]);
}
