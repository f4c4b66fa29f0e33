// What a step still has to be told, one question after the other. Pure: no page and no network.
// A question: {key, kind: items|number|choice|person, field: its name in the request, ...}.
const NUMBER = /^\d{1,4}([.,]\d{1,3})?$/;

export function isNumber(text) {
  return NUMBER.test(text);
}

/** kg or MPa as typed -> g or kPa; null for what is no number. */
export function thousandths(text) {
  return isNumber(text ?? "") ? Math.round(Number(text.replace(",", ".")) * 1000) : null;
}

/** g or kPa -> kg or MPa as it is shown. */
export function shown(value) {
  return value === null || value === undefined ? "" : String(value / 1000);
}

function parts(setup, list) {
  return setup.parts
    .map((part) => ({
      key: part.id,
      kind: "items",
      field: "checks",
      title: part.name,
      items: list.filter((item) => item.part === part.id),
    }))
    .filter((question) => question.items.length);
}

function yes(key, field = key) {
  return { key, kind: "choice", field, choices: ["yes", "no"] };
}

function weight(key, field, reading) {
  return { key, kind: "number", field, reading, measures: "gross_g", unit: "kg" };
}

const temperature = {
  key: "temperature",
  kind: "number",
  field: "temperature_c",
  measures: "temperature_c",
  unit: "℃",
};

/** The questions of the check before filling. */
export function before(setup, job) {
  const asks = new Set(job.answer.asks ?? []);
  const emptied = ["not_ok", "n_a"].includes(job.checks.residual);
  return [
    ...parts(setup, setup.before),
    ...(asks.has("purged") || emptied ? [yes("purged")] : []),
    ...(asks.has("plate")
      ? [{ key: "plate", kind: "choice", field: "plate", choices: ["same", "other"] }]
      : []),
    ...(asks.has("passengers")
      ? [{ ...yes("passengers", "passengers_aboard"), choices: ["no", "yes"] }]
      : []),
    ...(asks.has("gross") ? [weight("gross_before", "gross_before_g", "reading")] : []),
    // Known before the gun opens: the pressure at which to stop depends on it.
    ...(asks.has("temperature") ? [temperature] : []),
    { key: "checker", kind: "person", field: "checker", role: "checker" },
  ];
}

/** The questions of a fill: the scale may have been read at the check before. */
export function filling(_setup, job) {
  const asks = new Set(job.answer.asks ?? []);
  const weighed = job.gross_before_g !== null;
  const measured = asks.has("pressure")
    ? [
        {
          key: "pressure",
          kind: "number",
          field: "pressure_kpa",
          reading: "reading_after",
          measures: "pressure_kpa",
          unit: "MPa",
        },
      ]
    : [
        ...(weighed ? [] : [weight("gross_before", "gross_before_g", "reading_before")]),
        weight("gross_after", "gross_after_g", "reading_after"),
      ];
  return [
    ...(asks.has("temperature") ? [temperature] : []),
    ...measured,
    { key: "filler", kind: "person", field: "filler", role: "filler" },
  ];
}

/** The questions of the check after filling. */
export function after(setup, job) {
  const weigh = job.byWeight ? [weight("reweigh", "reweigh_g", "reading")] : [];
  return [
    ...parts(setup, setup.after),
    { ...yes("leak", "leak_found"), choices: ["no", "yes"] },
    ...weigh,
    { key: "postchecker", kind: "person", field: "checker", role: "postchecker" },
  ];
}

/** Who may not do this: the same hands must not do two of the steps. */
export function barred(job, role) {
  if (role === "checker") return [job.people.filler];
  if (role === "filler") return [job.people.checker];
  const vehicle = (job.answer.asks ?? []).includes("plate");
  return [job.people.filler, ...(vehicle ? [job.people.checker] : [])];
}
