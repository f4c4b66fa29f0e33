// The items of a visit as <item-list> takes them, kept with every touch.
import { icon, make } from "../dom.js";
import "../item-list.js";
import { t } from "../texts.js";
import { groupsOf, lacking, numberIn, within } from "./model.js";
import { photoField } from "./pictures.js";

const RESULTS = [
  ["normal", "check"],
  ["abnormal", "alert-triangle"],
  ["fixed", "tool"],
  ["na", "circle-minus"],
];

function answerOf(visit, item) {
  visit.answers[item.code] ??= {};
  return visit.answers[item.code];
}

function choice(item, answer, result, sign, name) {
  const input = make("input", {
    type: "radio",
    name: `result-${item.code}`,
    value: result,
    checked: answer.result === result,
  });
  return make("label", { class: `item-result item-${result}` }, [
    input,
    make("span", {}, [icon(sign), name]),
  ]);
}

function measured(item, answer) {
  const input = make("input", {
    class: "form-control",
    type: "text",
    inputmode: "decimal",
    name: `value-${item.code}`,
    value: answer.value ?? "",
    "aria-label": t("field.value", { item: item.name }),
  });
  const row = make("div", { class: "input-group item-value" }, [input]);
  row.append(make("span", { class: "input-group-text" }, [item.limits]));
  const line = make("p", { class: "item-limit text-bad", role: "status", hidden: true });
  const look = () => {
    const number = numberIn(input.value);
    const bad = input.value.trim() !== "" && (number === null || !within(item, number));
    line.hidden = !bad;
    line.textContent = number === null ? t("field.not_number") : t("field.outside", { limits: item.limits });
  };
  input.addEventListener("input", look);
  look();
  return [row, line];
}

function fieldOf(item, answer, names) {
  const legend = make("legend", {}, [make("span", { class: "item-code" }, [item.code]), ` ${item.name}`]);
  const note = make("input", {
    class: "form-control item-note",
    type: "text",
    name: `note-${item.code}`,
    value: answer.note ?? "",
    maxlength: 500,
    "aria-label": t("field.note", { item: item.name }),
  });
  const results = RESULTS.map(([result, sign]) => choice(item, answer, result, sign, names[result]));
  return make("fieldset", { class: "item", id: `item-${item.code}` }, [
    legend,
    make("p", { class: "item-requirement" }, [item.requirement]),
    ...(item.limits ? measured(item, answer) : []),
    make("div", { class: "item-results" }, results),
    note,
    make("p", { class: "item-wrong text-bad", hidden: true }),
  ]);
}

/** The list; `save()` after every change of `visit.answers`. */
export function itemList(work, elevator, visit, save) {
  const groups = groupsOf(work, elevator, visit.cycle);
  const list = make("item-list", { class: "items", "data-group-button": work.group_answers });
  for (const group of groups) {
    const label = t("field.group", {
      cycle: group.cycle,
      first: group.first,
      last: group.first + group.items.length - 1,
    });
    const section = make("section", { class: "item-group" }, [make("h2", {}, [label])]);
    for (const item of group.items) section.append(withPhoto(item, visit, work.results, save));
    list.append(section);
  }
  const read = () => {
    for (const item of groups.flatMap(({ items }) => items)) {
      const field = list.querySelector(`#item-${item.code}`);
      const answer = answerOf(visit, item);
      answer.result = field.querySelector("input[type=radio]:checked")?.value;
      answer.note = field.querySelector(".item-note").value;
      if (item.limits) answer.value = field.querySelector(".item-value input").value;
    }
    save();
  };
  list.addEventListener("input", (event) => event.target.type !== "file" && read());
  list.addEventListener("change", (event) => event.target.type !== "file" && read());
  return list;
}

function withPhoto(item, visit, names, save) {
  const field = fieldOf(item, visit.answers[item.code] ?? {}, names);
  if (item.judge !== "T") return field;
  const changed = (id) => {
    answerOf(visit, item).photo = id;
    return save();
  };
  field.append(
    photoField({
      record: visit.ref,
      id: visit.answers[item.code]?.photo,
      label: t("field.photo.test"),
      name: `photo-${item.code}`,
      changed,
    }),
  );
  return field;
}

/** Marks the answers that may not stand; returns how many, the first one in sight. */
export function refuseItems(list, work, elevator, visit) {
  let first = null;
  let count = 0;
  for (const item of groupsOf(work, elevator, visit.cycle).flatMap(({ items }) => items)) {
    const field = list.querySelector(`#item-${item.code}`);
    const why = lacking(item, visit.answers[item.code]);
    const line = field.querySelector(".item-wrong");
    field.classList.toggle("field-bad", Boolean(why));
    line.hidden = !why;
    line.textContent = why ? t(`field.wrong.${why}`, { limits: item.limits }) : "";
    if (why) {
      first ??= field;
      count += 1;
    }
  }
  first?.scrollIntoView({ block: "center" });
  return count;
}
