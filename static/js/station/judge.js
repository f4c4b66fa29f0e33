// May this cylinder be filled? Answered from a station's signed list, without a network, as the registry does
// (registry/rules/filling.py). Which rules there are, when each is asked, what it needs, its severity and its texts come with
// the list; here is only when each is hit. Whatever goes wrong denies.
import { CONDITIONS, limitOf, matches, NotKnown } from "./conditions.js";
import { dayNumber } from "./days.js";
import { factsOf, find } from "./facts.js";

const SEVERITIES = ["info", "warn", "hold", "block"];
const IDENTITY = ["R01", "R02"];
const OPEN = ["00", "09", ""]; // codes that older gateways take for a leave to fill
const UNUSABLE = {
  rule: "R00",
  severity: "block",
  zh: "离线清单不可用，禁止充装",
  en: "The offline list cannot be used: do not fill",
  basis: "",
  code: "02",
  missing: false,
};

// Of a cylinder that was checked and not filled yet: asked only when one of these is known.
const ONCE_KNOWN = {
  R25: ["filler"],
  R30: ["gross_before_g"],
  R33: ["gross_before_g"],
  R34: ["target_g", "target_kpa"],
};

/** The verdict over a scanned text. `list`: {head, defined, lookUp(code)}; `asked`: {gun, medium, now, skew?, celsius?, fill?,
 * checked?}. Without `fill` the answer before anybody looked; with it whether the fill may be recorded, and `now` is its end;
 * with `checked` too whether it may begin. */
export async function judgeText(list, text, asked) {
  try {
    const found = await find(text, list.lookUp);
    const facts = factsOf(list, found, asked);
    const stage = asked.checked ? "checked" : asked.fill ? "filled" : "";
    return { ...judge(facts, list.head.rules, dayNumber(asked.now), stage), row: found.row, facts };
  } catch (error) {
    return { ...denied([UNUSABLE]), row: null, facts: null, error };
  }
}

/** {verdict, code, findings, max_g?, stop_g?, max_kpa?, max_mpa?}; findings worst first. `stage`: "", checked or filled. */
export function judge(facts, table, on, stage) {
  const rules = wanted(facts, table, stage);
  const asked = table.rules.filter(({ rule }) => rules.has(rule));
  if (!asked.length) throw new RangeError("no rule is in force");
  let findings = asked.map((row) => ask(row, facts, table, on)).filter(Boolean);
  // While the code leads to no cylinder, what is not known of the cylinder is no news.
  if (findings.some((each) => IDENTITY.includes(each.rule) && each.severity === "block" && !each.missing))
    findings = findings.filter(({ missing }) => !missing);
  findings.sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  const worst = findings[0]?.severity ?? "info";
  if (worst !== "info" && worst !== "warn") return denied(findings);
  const limit = limitOf(facts);
  const allied = findings.some(({ rule }) => rule === "R14");
  const { max_g, max_kpa, max_mpa } = limit;
  return {
    verdict: worst === "warn" ? "warn" : "allow",
    code: allied ? "09" : "00",
    findings,
    ...(max_g != null && { max_g }),
    ...(max_g != null && facts.tare_g != null && { stop_g: stopOf(facts, max_g) }),
    ...(max_kpa != null && { max_kpa, max_mpa }),
  };
}

function denied(findings) {
  const [{ severity, code }] = findings;
  return {
    verdict: severity === "hold" ? "hold" : "block",
    code: OPEN.includes(code) ? "02" : code,
    findings,
  };
}

/** Tare of record plus the contents allowed: never from the empty weight, the residue counts as contents. */
function stopOf({ tare_g, nominal_g }, max_g) {
  return tare_g + Math.min(max_g, nominal_g ?? max_g);
}

function wanted(facts, { ask: asks, rules }, stage) {
  const known = (rule) => !ONCE_KNOWN[rule] || ONCE_KNOWN[rule].some((fact) => facts[fact] != null);
  const more = stage === "checked" ? asks.fill.filter(known) : asks.fill;
  const found = new Set([...asks.look, ...(stage ? more : [])]);
  for (const [rule, fact] of Object.entries(asks.optional)) {
    const row = rules.find((each) => each.rule === rule);
    if (row && (facts[fact] != null || row.severity === "block")) found.add(rule);
  }
  return found;
}

/** The finding of one rule, or null. A fact that it needs and does not get, and an error inside it, count against. */
function ask(row, facts, table, on) {
  const { kind } = facts;
  if (row.kinds && kind != null && !matches(row.kinds, kind)) return null;
  let missing = row.needs.filter((fact) => facts[fact] == null);
  if (row.kinds && kind == null) missing = ["kind", ...missing];
  if (missing.length) return notKnown(row, table, missing);
  try {
    const values = CONDITIONS[row.rule](facts, { on, since: row.since, limits: row.limits, table });
    return values && finding(row, texts(row.zh, row.en, values), row.severity);
  } catch (error) {
    if (error instanceof NotKnown) return notKnown(row, table, [error.fact]);
    const words = table.words.rule_failed;
    return finding(row, texts(...words, { rule: row.rule }), "block", { denies: true });
  }
}

function notKnown(row, table, missing) {
  const denies = row.severity === "block" || row.severity === "hold";
  const words = table.words[denies ? "not_known" : "not_known_noted"];
  const separators = table.words.list_separator;
  const named = [0, 1].map((language) =>
    missing.map((fact) => table.facts[fact]?.[language] ?? fact).join(separators[language]),
  );
  return finding(row, texts(...words, { facts: named }), row.severity, { denies: true, missing: true });
}

function texts(zh, en, values) {
  const filled = (text, language) =>
    text.replace(/\{(\w+)\}/g, (_whole, name) => {
      if (!Object.hasOwn(values, name)) throw new RangeError(`nothing for ${name}`);
      return Array.isArray(values[name]) ? values[name][language] : values[name];
    });
  return { zh: filled(zh, 0), en: filled(en, 1) };
}

function finding(row, { zh, en }, severity, { denies = false, missing = false } = {}) {
  const code = denies && OPEN.includes(row.code) ? "02" : row.code;
  return { rule: row.rule, severity, zh, en, basis: row.basis, code, missing };
}
