// One cylinder at the gun, from its scan to its release: what was answered so far, and the requests that come of it. Pure.
import { after, barred, before, filling, thousandths } from "./questions.js";

const OK = "ok";
const FAILED = "not_ok";
const ANSWERS = [OK, FAILED, "n_a"];
export const QUESTIONS = { check: before, fill: filling, after };

let counter = 0;

export function newJob(text, moment, kept) {
  counter += 1;
  return {
    number: counter,
    text,
    scannedAt: moment.toISOString(),
    step: "asking",
    index: 0,
    answer: null,
    checks: {},
    postChecks: {},
    choices: {},
    values: {},
    readings: {},
    people: { filler: kept.filler, checker: kept.checker, postchecker: kept.postchecker },
    errors: {},
    problem: "",
    denied: null,
    gross_before_g: null,
    byWeight: false,
  };
}

export function codeOf(job) {
  return job.answer?.cylinder?.code ?? job.text;
}

/** What is called out: the serial number, else what was scanned. */
export function nameOf(job) {
  return job.answer?.cylinder?.serial_no ?? job.text;
}

/** Puts the answer of a scan into the job; the step that the cylinder waits for. */
export function standing(job, answer) {
  job.answer = answer;
  const { turn } = answer;
  if (turn) {
    job.people.checker = turn.checker;
    if (turn.filler) job.people.filler = turn.filler;
    job.gross_before_g = turn.gross_before_g ?? null;
    job.byWeight = turn.gross_after_g !== null && turn.gross_after_g !== undefined;
  }
  if (answer.purpose === "post_check") return "after";
  if (answer.purpose === "release") return "release";
  if (["hold", "block"].includes(answer.verdict)) return "denied";
  return turn ? "unlock" : "check";
}

function checksOf(job) {
  return job.step === "after" ? job.postChecks : job.checks;
}

export function answerOf(job, item) {
  return checksOf(job)[item.id];
}

/** A finger chose an item: not in order, then (where items are answered one by one) not applicable, then in order. */
export function turnItem(job, item, grouped) {
  const checks = checksOf(job);
  const order = grouped ? [OK, FAILED] : ANSWERS;
  const now = checks[item.id] ?? (grouped ? OK : "n_a");
  checks[item.id] = order[(order.indexOf(now) + 1) % order.length];
}

/** The one key for a part: what was not chosen is in order. */
export function restInOrder(job, items) {
  const checks = checksOf(job);
  for (const item of items) checks[item.id] ??= OK;
}

export function isAnswered(job, question, grouped) {
  if (question.kind === "items") return grouped || question.items.every((item) => answerOf(job, item));
  if (question.kind === "choice") {
    const chosen = job.choices[question.key];
    return Boolean(chosen) && !(chosen === "other" && !job.values[question.key]?.trim());
  }
  if (question.kind === "person") return Boolean(job.people[question.role]);
  return Boolean(job.readings[question.key] ?? numberOf(question, job.values[question.key]) !== null);
}

export function numberOf(question, text) {
  if (question.measures !== "temperature_c") return thousandths(text);
  return /^-?\d{1,2}$/.test(text ?? "") ? Number(text) : null;
}

/** The questions of the step that are to be shown: people who are known already are not asked for again. */
export function questionsOf(setup, job) {
  const list = QUESTIONS[job.step]?.(setup, job) ?? [];
  return list.filter(
    ({ kind, role, field }) =>
      kind !== "person" ||
      job.errors[field] ||
      !job.people[role] ||
      barred(job, role).includes(job.people[role]),
  );
}

/** Where a refusal belongs: the question of that field; -1 for none. */
export function questionOf(questions, field) {
  return questions.findIndex((one) => one.field === field || one.reading === field);
}

function measured(job, key, field, reading) {
  const found = job.readings[key];
  if (found) return { [field]: found.value, [reading]: found.ref };
  const typed = thousandths(job.values[key]);
  return typed === null ? {} : { [field]: typed };
}

/** Degrees Celsius of the gas, from its gauge or as typed; undefined while nobody has said it. */
export function temperatureOf(job) {
  const typed = Number.parseInt(job.values.temperature, 10);
  return job.readings.temperature?.value ?? (Number.isNaN(typed) ? undefined : typed);
}

function common(setup, job) {
  return { ref: crypto.randomUUID(), code: job.text, gun: setup.gun, medium: setup.medium };
}

export const BUILD = {
  check(setup, job) {
    const { purged, passengers, plate } = job.choices;
    return {
      ...common(setup, job),
      checks: { ...job.checks },
      checker: job.people.checker,
      ...(purged ? { purged: purged === "yes" } : {}),
      ...(passengers ? { passengers_aboard: passengers === "yes" } : {}),
      ...(plate ? { plate: plate === "same" ? job.answer.plate : job.values.plate.trim() } : {}),
      ...measured(job, "gross_before", "gross_before_g", "reading"),
    };
  },

  fill(setup, job, moment) {
    const temperature = temperatureOf(job);
    return {
      ...common(setup, job),
      ...(job.gross_before_g === null ? {} : { gross_before_g: job.gross_before_g }),
      ...measured(job, "gross_before", "gross_before_g", "reading_before"),
      ...measured(job, "gross_after", "gross_after_g", "reading_after"),
      ...measured(job, "pressure", "pressure_kpa", "reading_after"),
      ...(temperature === undefined ? {} : { temperature_c: temperature }),
      started_at: job.startedAt ?? job.scannedAt,
      ended_at: moment.toISOString(),
      filler: job.people.filler,
      checker: job.people.checker,
    };
  },

  after(_setup, job, moment) {
    return {
      ref: crypto.randomUUID(),
      code: job.text,
      at: moment.toISOString(),
      checks: { ...job.postChecks },
      checker: job.people.postchecker,
      leak_found: job.choices.leak === "yes",
      labels_printed: job.postChecks.labels === OK,
      ...measured(job, "reweigh", "reweigh_g", "reading"),
    };
  },

  release(_setup, job) {
    return { ref: crypto.randomUUID(), code: job.text };
  },
};

/** Whether somebody has told something that is not recorded yet. */
export function hasDraft(job) {
  const told = [job.checks, job.postChecks, job.choices, job.values, job.readings];
  return Boolean(QUESTIONS[job.step]) && told.some((list) => Object.keys(list).length);
}
