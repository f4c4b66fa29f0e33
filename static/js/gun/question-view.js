// One question of a step, large; those before it small, so that one sees what was said.
import { icon, make } from "../dom.js";
import { t } from "../texts.js";
import { listenIn } from "../wedge.js";
import { answerOf, isAnswered } from "./job.js";
import { barred, shown } from "./questions.js";

const MARK = { ok: "check", not_ok: "x", n_a: "circle-minus" };

export function questionView(gun) {
  const { job } = gun;
  const questions = gun.questions();
  return [
    make("h2", {}, [t(`gun.step.${job.step}`)]),
    ...questions.slice(0, job.index).map((question) => told(gun, question)),
    ...(questions[job.index] ? [asked(gun, questions[job.index])] : []),
    ...later(questions.slice(job.index + 1)),
  ];
}

function later(questions) {
  if (!questions.length) return [];
  return [make("p", { class: "gun-later" }, [t("gun.later", { names: questions.map(titleOf).join(" · ") })])];
}

function titleOf(question) {
  return question.title ?? t(`gun.ask.${question.key}`);
}

/** What was said to a question, in one line. */
function told(gun, question) {
  return make("p", { class: "gun-told" }, [
    make("span", {}, [titleOf(question)]),
    make("strong", {}, [said(gun, question)]),
  ]);
}

function said({ job, now, setup }, question) {
  if (!isAnswered(job, question, setup.by_part)) return "—";
  if (question.kind === "items") {
    const failed = question.items.filter((item) => answerOf(job, item) === "not_ok");
    return failed.length
      ? t("gun.failed", { names: failed.map((item) => item.name).join("、") })
      : t("gun.in_order");
  }
  if (question.kind === "choice") return t(`gun.choice.${question.key}.${job.choices[question.key]}`);
  if (question.kind === "person")
    return now.people.find(({ login }) => login === job.people[question.role])?.name ?? "";
  const reading = job.readings[question.key];
  return reading
    ? t("gun.by_device", { value: amountOf(question, reading.value), device: reading.device })
    : t("gun.typed", { value: `${job.values[question.key]} ${question.unit}` });
}

function amountOf(question, value) {
  return `${question.unit === "℃" ? value : shown(value)} ${question.unit}`;
}

function asked(gun, question) {
  const errors = [gun.job.errors[question.field], gun.job.errors[question.reading]].flat().filter(Boolean);
  const body = { items, number, choice, person }[question.kind](gun, question);
  return make(
    "div",
    { class: `gun-question${errors.length ? " gun-question-bad" : ""}`, "data-question": question.key },
    [
      make("p", { class: "gun-ask" }, [titleOf(question)]),
      ...body,
      ...(errors.length
        ? [
            make("p", { class: "field-error", role: "alert" }, [
              icon("alert-triangle"),
              make("span", {}, [errors.join("；")]),
            ]),
          ]
        : []),
    ],
  );
}

function pick(gun, number, content, attributes = {}) {
  const key = number === 10 ? "0" : String(number);
  const one = make("button", { type: "button", class: "gun-pick", ...attributes }, [
    make("kbd", {}, [key]),
    ...content,
  ]);
  one.addEventListener("click", () => {
    one.blur();
    gun.choose(number);
  });
  return one;
}

function items(gun, question) {
  const { job, setup } = gun;
  const lines = question.items.map((item, place) => {
    const answer = answerOf(job, item) ?? (setup.by_part ? "ok" : "");
    const mark = answer ? icon(MARK[answer]) : make("span", { class: "gun-open" });
    return pick(
      gun,
      place + 1,
      [
        make("span", { class: "gun-pick-name" }, [item.name]),
        mark,
        make("span", { class: "gun-pick-word" }, [answer ? t(`gun.answer.${answer}`) : t("gun.answer.none")]),
      ],
      {
        "data-item": item.id,
        "data-answer": answer,
      },
    );
  });
  return [
    make("div", { class: "gun-picks" }, lines),
    make("p", { class: "gun-hint" }, [t(setup.by_part ? "gun.items.hint" : "gun.items.each")]),
  ];
}

function choice(gun, question) {
  const { job } = gun;
  const lines = question.choices.map((name, place) =>
    pick(
      gun,
      place + 1,
      [
        make("span", { class: "gun-pick-name" }, [
          t(`gun.choice.${question.key}.${name}`, { plate: job.answer.plate ?? "—" }),
        ]),
      ],
      {
        "aria-pressed": String(job.choices[question.key] === name),
      },
    ),
  );
  const typed = job.choices[question.key] === "other" ? [plate(gun, question)] : [];
  return [make("div", { class: "gun-picks" }, lines), ...typed];
}

/** A plate begins with a Chinese character: here an input method is wanted. */
function plate(gun, question) {
  const input = make("input", {
    class: "form-control form-control-lg",
    "data-key": "plate",
    "aria-label": t("gun.ask.plate"),
    value: gun.job.values.plate ?? "",
  });
  input.addEventListener("input", () => {
    gun.job.values[question.key] = input.value;
  });
  input.addEventListener("keydown", (event) => {
    if (event.code !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    input.blur();
    gun.enter();
  });
  queueMicrotask(() => input.focus());
  return input;
}

function number(gun, question) {
  const { job } = gun;
  const reading = job.readings[question.key];
  const value = reading
    ? question.unit === "℃"
      ? String(reading.value)
      : shown(reading.value)
    : (job.values[question.key] ?? "");
  const input = make("input", {
    class: "form-control gun-number",
    inputmode: "decimal",
    autocomplete: "off",
    "data-key": question.key,
    "aria-label": titleOf(question),
    value,
  });
  input.addEventListener("input", () => {
    delete job.readings[question.key];
    job.values[question.key] = input.value;
  });
  listenIn(input, { onText: (text) => gun.text(text) });
  const source = reading
    ? t("gun.reading", {
        device: reading.device,
        time: new Date(reading.at).toLocaleTimeString(document.documentElement.lang),
      })
    : t(value ? "gun.is_typed" : "gun.waits_reading");
  return [
    make("div", { class: "gun-number-row" }, [input, make("span", {}, [question.unit])]),
    make("p", { class: `gun-hint${reading ? " text-good" : ""}` }, [source]),
  ];
}

function person(gun, question) {
  const { job } = gun;
  const out = barred(job, question.role);
  const lines = gun.now.people.map((one, place) => {
    const notes = [
      one.present ? t("gun.person.present") : "",
      one.certified ? "" : t("gun.person.uncertified"),
      out.includes(one.login) ? t("gun.person.other_step") : "",
    ];
    return pick(
      gun,
      place + 1,
      [
        make("span", { class: "gun-pick-name" }, [one.name]),
        make("span", { class: "gun-pick-word" }, [notes.filter(Boolean).join(" · ")]),
      ],
      {
        disabled: out.includes(one.login),
        "aria-pressed": String(job.people[question.role] === one.login),
      },
    );
  });
  return [
    make("div", { class: "gun-picks" }, lines),
    make("p", { class: "gun-hint" }, [t("gun.person.hint")]),
  ];
}
