// When a rule of the decision table is hit. A condition answers null (not hit) or the values of its text, each for both
// languages or a pair [zh, en]; NotKnown names a fact that it turned out to need. registry/rules/filling_conditions.py and
// filling_checks.py are the originals; a test compares them over thousands of cylinders.

import { afterYears, written } from "./days.js";
import { decimal, floored, less, minus, plus, tenths, thousandths, times } from "./decimal.js";

const GONE = ["destroyed", "cancelled"];
const LPG = "lpg_steel composite_lpg";
const WEIGHED = "lpg_steel composite_lpg dme_steel";
const OUT = ["filled_unchecked", "full_in_station", "in_delivery", "at_depot_full", "at_user"];
const LACKING = {
  medium_missing: "medium",
  medium_unknown: "medium",
  no_coefficient: "working_pressure_mpa",
  volume_missing: "volume_l",
  pressure_missing: "working_pressure_mpa",
  porosity_missing: "porosity",
  temperature_missing: "temperature_c",
  temperature_out_of_range: "temperature_c",
};

// The register's names of facts that are kept here in other units.
const CALLED = {
  gross_before_g: "gross_before_kg",
  tare_g: "tare_kg",
  target_g: "target_total_kg",
  target_kpa: "target_pressure_mpa",
};

export class NotKnown extends Error {
  constructor(fact) {
    super(fact);
    this.fact = CALLED[fact] ?? fact;
  }
}

function need(facts, name) {
  if (facts[name] == null) throw new NotKnown(name);
  return facts[name];
}

function hit(when) {
  return when ? {} : null;
}

/** Whether a kind is among patterns separated by blanks; `*` stands for any ending, `!` takes kinds away. */
export function matches(patterns, kind) {
  const fits = (pattern) =>
    pattern.endsWith("*") ? kind.startsWith(pattern.slice(0, -1)) : pattern === kind;
  const all = patterns.split(" ").filter(Boolean);
  if (all.some((each) => each.startsWith("!") && fits(each.slice(1)))) return false;
  const wanted = all.filter((each) => !each.startsWith("!"));
  return !wanted.length || wanted.some(fits);
}

/** Whether two media are the same gas; a family stands for its members. */
export function sameMedium(one, other, media) {
  const family = (medium) => media[medium]?.[2] ?? "";
  return one === other || one === family(other) || other === family(one);
}

function isVehicle(facts) {
  return need(facts, "kind").startsWith("vehicle_");
}

/** {max_kg?, max_mpa?} as written with {max_g?, max_kpa?} as numbers, or the `reason` why there is none. */
export function limitOf(facts) {
  const limit = facts.limit ?? {};
  if (limit.reason) return limit;
  if (!limit.by_temperature) {
    return {
      ...limit,
      ...(limit.max_kg != null && { max_g: thousandths(limit.max_kg) }),
      ...(limit.max_mpa != null && { max_kpa: thousandths(limit.max_mpa) }),
    };
  }
  return byTemperature(limit.by_temperature, facts.temperature_c);
}

function byTemperature(terms, celsius) {
  if (celsius == null) return { reason: "temperature_missing" };
  const measured = decimal(celsius);
  if (less(measured, decimal(terms.min_c)) || less(decimal(terms.max_c), measured))
    return { reason: "temperature_out_of_range" };
  const nominal = decimal(terms.mpa);
  const warmer = minus(measured, decimal(terms.reference_c));
  const settled = plus(nominal, times(decimal(terms.slope_mpa_per_k), warmer));
  const most = times(nominal, decimal(terms.max_ratio));
  const max_mpa = floored(less(settled, most) ? settled : most, 2);
  return { max_mpa, max_kpa: thousandths(max_mpa) };
}

function pastLife(facts, on) {
  if (on > facts.service_end) return { end: written(facts.service_end) };
  need(facts, "kind");
  if (!facts.needs_assessment) return null;
  if (facts.design_end == null) throw new NotKnown("service_end");
  if (on <= facts.design_end || need(facts, "assessment_passed")) return null;
  return { end: written(facts.design_end) };
}

function notOwn(facts) {
  if (facts.owner_is_station || isVehicle(facts) || facts.entrusted || facts.alliance_valid) return null;
  return hit(!need(facts, "entrusted") && !need(facts, "alliance_valid"));
}

function ofAnAlly(facts) {
  const foreign = facts.owner_is_station === false && !facts.entrusted;
  return hit(foreign && !(facts.kind ?? "").startsWith("vehicle_") && Boolean(facts.alliance_valid));
}

function licence(facts, { on, table }) {
  const covered = facts.station_media.some((each) => sameMedium(facts.medium, each, table.media));
  return hit(on > facts.station_licence_valid_until || !covered);
}

function stopped(facts) {
  if (facts.station_suspended) return {};
  if (facts.owner_is_station !== false || isVehicle(facts)) return null;
  return hit(need(facts, "owner_station_closed"));
}

function wrongMedium(facts, { table }) {
  if (sameMedium(facts.medium, facts.gun_medium, table.media)) return null;
  const called = (medium) => table.media[medium]?.slice(0, 2) ?? [medium, medium];
  return { a: called(facts.medium), b: called(facts.gun_medium) };
}

function joined(name, values, { table }) {
  if (!values.length) return null;
  const [zh, en] = table.words.list_separator;
  return { [name]: [values.join(zh), values.join(en)] };
}

function notClosed(facts, { table }) {
  if (!OUT.includes(facts.custody_status) || need(facts, "return_scanned")) return null;
  return { state: table.words[`custody.${facts.custody_status}`] };
}

function tooSoon(facts, { limits }) {
  if (facts.first_fill) return null;
  const kind = need(facts, "kind");
  const weighed = matches(WEIGHED, kind) ? "lpg_hours" : "industrial_hours";
  const least = Number(limits[kind.startsWith("vehicle_") ? "vehicle_hours" : weighed]);
  const hours = need(facts, "hours_since_last_fill");
  return hours < least ? { h: tenths(hours) } : null;
}

function notTheOne(facts, { limits }) {
  if (facts.serial_matches === false) return {};
  if (!matches(WEIGHED, need(facts, "kind"))) return null;
  return hit(need(facts, "gross_before_g") < need(facts, "tare_g") - thousandths(limits.undershoot_kg));
}

function tooMuch(facts) {
  const limit = limitOf(facts);
  if (limit.reason === "not_positive") throw new RangeError(limit.reason);
  if (limit.reason) throw new NotKnown(LACKING[limit.reason] ?? "limit");
  if (limit.max_g != null)
    return need(facts, "target_g") > limit.max_g ? { max: `${limit.max_kg} kg` } : null;
  if (limit.max_kpa == null) throw new NotKnown("working_pressure_mpa");
  return need(facts, "target_kpa") > limit.max_kpa ? { max: `${limit.max_mpa} MPa` } : null;
}

function construction(facts) {
  if (facts.refurbished) return {};
  if (!matches(LPG, need(facts, "kind"))) return null;
  return hit(need(facts, "threaded_shield") || need(facts, "dual_valve"));
}

function idle(facts, { on }) {
  const filled = need(facts, "last_filled_on");
  const inspected = need(facts, "last_inspected_on");
  return hit(on > afterYears(filled, need(facts, "interval_years")) && inspected <= filled);
}

function finalAge(facts, { on }) {
  if (facts.final_end == null) throw new NotKnown("made");
  return hit(on > facts.final_end);
}

function unchecked(facts, { limits }) {
  if (!facts.precheck_done || !need(facts, "precheck_here")) return {};
  return hit(need(facts, "precheck_age_minutes") > Number(limits.minutes));
}

function doubtful(facts) {
  if (facts.residual_pressure && need(facts, "contents_known")) return null;
  return hit(!need(facts, "purged"));
}

function firstFill(facts) {
  if (!facts.first_fill && !need(facts, "first_after_inspection")) return null;
  return hit(!need(facts, "purged"));
}

function outOfTime(facts, { limits }) {
  const off = Math.abs(facts.clock_skew_seconds) > Number(limits.skew_seconds);
  return hit(off || need(facts, "offline_cache_hours") > Number(limits.cache_hours));
}

/** By rule: condition(facts, {on, since, limits, table}). */
export const CONDITIONS = {
  R01: (f) => hit(!["ok", "unknown", "void", "replaced"].includes(f.code_status)),
  R02: (f) => hit(f.code_status === "unknown"),
  R03: (f) => hit(["void", "replaced"].includes(f.code_status)),
  R04: (f) => hit(f.life_status === "draft"),
  R05: (f) => hit(GONE.includes(f.life_status)),
  R06: (f) => hit(f.life_status === "scrap_pending" || need(f, "scrap_trigger")),
  R07: (f) => hit(!["in_use", "draft", "scrap_pending", ...GONE].includes(f.life_status)),
  R08: (f, { on }) => (on > f.next_due ? { due: written(f.next_due) } : null),
  R09: (f) => hit(!f.last_inspection_passed),
  R10: idle,
  R11: (f, { on }) => pastLife(f, on),
  R12: finalAge,
  R13: notOwn,
  R14: ofAnAlly,
  R15: licence,
  R16: stopped,
  R17: wrongMedium,
  R18: () => ({}),
  R19: (f, { since }) => (firstOfMonth(f.made) < since ? null : hit(!need(f, "electronic_mark"))),
  R20: (f, { since }) => (f.purchased_on < since ? null : hit(!need(f, "filler_mark_embossed"))),
  R21: construction,
  R22: (f, context) => joined("item", f.failed_check_items, context),
  R23: unchecked,
  R24: (f, context) => joined("name", f.invalid_staff, context),
  R25: (f) => hit(f.filler === f.checker),
  R27: notClosed,
  R29: tooSoon,
  R30: notTheOne,
  R31: doubtful,
  R32: firstFill,
  R33: (f, { limits }) => hit(Math.round(f.residual_kg * 1000) > thousandths(limits.residual_kg)),
  R34: tooMuch,
  R35: (f) => hit(!f.gas_batch_tested || need(f, "dme_percent") > 0),
  R37: (f) => hit(f.insurance_pilot && !need(f, "insurance_valid")),
  R39: outOfTime,
  R40: (f) => hit(f.passengers_aboard || !f.plate_matches),
  R41: (f) => hit(f.life_status === "transferred"),
};

function firstOfMonth(day) {
  return Math.floor(day / 100) * 100 + 1;
}
