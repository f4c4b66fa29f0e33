// The plate of the 96366 platform in the car: one tap says that it is as it should be, else what is wrong with it.
import { icon, make } from "../dom.js";
import { t } from "../texts.js";
import { plateLacks, plateProblem } from "./model.js";
import { photoField } from "./pictures.js";

const ANSWERS = [
  ["fine", "normal", "check"],
  ["other", "abnormal", "alert-triangle"],
  ["unreadable", "abnormal", "eye"],
  ["missing", "abnormal", "circle-minus"],
];
const TONES = { verified: "good", wrong: "bad", unverified: "warn" };

/** What is known of the plate, as a tag. */
export function plateTag({ plate }) {
  return make("span", { class: `status-tag tone-${TONES[plate]}` }, [t(`field.plate.${plate}`)]);
}

function choice(visit, [is, look, sign], chosen) {
  const input = make("input", { type: "radio", name: "plate", value: is, checked: visit.plate?.is === is });
  input.addEventListener("change", () => chosen(is));
  return make("label", { class: `item-result item-${look}` }, [
    input,
    make("span", {}, [icon(sign), t(`field.plate.is.${is}`)]),
  ]);
}

function otherNumber(elevator, visit, save) {
  const wrong = make("p", { class: "field-error", id: "plate-code-wrong", role: "alert", hidden: true });
  const input = make("input", {
    class: "form-control",
    type: "text",
    inputmode: "numeric",
    maxlength: 12,
    id: "plate-code",
    "aria-describedby": "plate-code-wrong",
    value: visit.plate.code ?? "",
  });
  // Told as soon as the field is left, while the worker stands in front of the plate; taken back while he types.
  const judge = () => {
    const problem = plateProblem(input.value, elevator.rescue);
    wrong.hidden = !problem;
    wrong.replaceChildren(...(problem ? [icon("alert-triangle"), make("span", {}, [t(problem)])] : []));
    input.classList.toggle("is-invalid", Boolean(problem));
    input.setAttribute("aria-invalid", String(Boolean(problem)));
  };
  input.addEventListener("input", () => {
    visit.plate.code = input.value;
    save();
    if (!wrong.hidden) judge();
  });
  input.addEventListener("change", judge);
  return make("div", { class: "field" }, [
    make("label", { class: "form-label", for: "plate-code" }, [t("field.plate.code")]),
    input,
    wrong,
    make("p", { class: "form-hint" }, [t("field.plate.code.hint")]),
  ]);
}

/** The question, for an elevator that has a code. */
export function plateField(elevator, visit, save) {
  const more = make("div", { class: "plate-more" });
  const draw = () => {
    const is = visit.plate?.is;
    if (!is || is === "fine") return more.replaceChildren();
    const photo = photoField({
      record: visit.ref,
      id: visit.plate.photo,
      label: t("field.plate.photo"),
      name: "plate-photo",
      purpose: "plate",
      changed: (id) => {
        visit.plate.photo = id;
        return save();
      },
    });
    more.replaceChildren(...(is === "other" ? [otherNumber(elevator, visit, save)] : []), photo);
  };
  const chosen = (is) => {
    const code = is === "fine" ? elevator.rescue : "";
    const note = is === "unreadable" ? t("field.plate.is.unreadable") : undefined;
    visit.plate = { is, code, note, photo: visit.plate?.photo ?? null };
    save();
    draw();
  };
  draw();
  return make("fieldset", { class: "plate", id: "plate" }, [
    make("legend", {}, [t("field.plate.ask", { code: elevator.rescue }), " ", plateTag(elevator)]),
    make(
      "div",
      { class: "item-results" },
      ANSWERS.map((answer) => choice(visit, answer, chosen)),
    ),
    make("p", { class: "plate-wrong text-bad", role: "alert", hidden: true }, [t("field.plate.code.hint")]),
    more,
  ]);
}

/** Marks a plate that may not stand as it was answered; how many that are. */
export function refusePlate(visit) {
  const field = document.getElementById("plate");
  const bad = Boolean(field) && plateLacks(visit.plate);
  field?.classList.toggle("field-bad", bad);
  if (field) field.querySelector(".plate-wrong").hidden = !bad;
  if (bad) field.scrollIntoView({ block: "center" });
  return Number(bad);
}
