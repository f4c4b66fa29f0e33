// What a station's list says of a cylinder at a gun, named as the decision table names its facts; what is not known is left
// out. The places of a row are those of docs/offline.md; masses are kept in grams.
import { sameMedium } from "./conditions.js";
import { dayNumber } from "./days.js";
import { goodCheck, isCode, macDigest, split } from "./label.js";

const ROW = [
  "code",
  "mac",
  "code_status",
  "type",
  "life",
  "owner",
  "tare_g",
  "status",
  "custody",
  "next_due",
  "inspected_on",
  "passed",
  "filled",
  "put",
  "service_end",
  "assessed",
  "marks",
  "bought",
  "insured_until",
];
const MARKS = ["electronic_mark", "filler_mark_embossed", "refurbished", "threaded_shield", "dual_valve"];

/** One line of the list as an object; throws where it is not as long as a row. */
export function rowOf(line) {
  if (!Array.isArray(line) || line.length !== ROW.length) throw new RangeError("not a row of the list");
  return Object.fromEntries(ROW.map((name, place) => [name, line[place]]));
}

/** The row a text leads to and what its code is worth; `lookUp(code)` answers a row or nothing. */
export async function find(text, lookUp) {
  const { code, mac } = split(text);
  const own = isCode(code);
  if (own && !goodCheck(code)) return { row: null, status: "bad_check" };
  const row = await lookUp(own ? code : text.trim());
  if (!row) return { row: null, status: own ? "unknown" : "unreadable" };
  if (own && mac && (await macDigest(code, mac)) !== row.mac) return { row: null, status: "bad_mac" };
  return { row, status: row.code_status };
}

/** All facts at a gun. `found` as from `find`, `now` in milliseconds, `skew` in seconds, `celsius` of the gas, `fill` what was
 * seen and done there. */
export function factsOf(
  { head, defined },
  found,
  { gun, medium, now, skew = 0, celsius = null, fill = null },
) {
  const { station } = head;
  const on = dayNumber(now);
  const age = Math.trunc((now - Date.parse(head.issued_at)) / 1000);
  if (Number.isNaN(age)) throw new RangeError("the list does not say when it was made");
  const registered = station.guns.find(([number]) => number === gun);
  const facts = {
    code_status: found.status,
    station_licence_valid_until: station.licence_until,
    station_media: station.media,
    station_suspended: station.suspended_since !== null && station.suspended_since <= on,
    gun_medium: registered ? registered[1] : medium,
    offline_cache_hours: age / 3600,
    // A clock behind the list's own time is off by at least that much.
    clock_skew_seconds: Math.max(Math.abs(skew), -age),
    temperature_c: celsius,
  };
  if (found.row) Object.assign(facts, ofRow(head, defined, found.row, facts.gun_medium, now, on));
  if (fill) Object.assign(facts, ofFill(head, fill, facts, now, on));
  return facts;
}

function ofRow(head, defined, row, gunMedium, now, on) {
  const [type, life] = [defined[row.type], defined[row.life]];
  const owner = head.owners.find(({ id }) => id === row.owner);
  const families = head.rules.media;
  const { medium } = type;
  const filled = row.filled === null ? null : row.filled * 1000;
  const filledOn = filled === null ? null : dayNumber(filled);
  const { pilot, until, media = [] } = head.station.insurance;
  const some = media.filter(([gases]) => gases.some((each) => sameMedium(medium, each, families)));
  const insured = [row.insured_until, until, ...some.map(([, last]) => last)].filter(Boolean);
  const hours = filled === null ? null : Math.max(Math.trunc((now - filled) / 1000), 0) / 3600;
  return {
    kind: type.kind,
    medium,
    limit: type.limit,
    nominal_g: type.permitted_fill_g,
    interval_years: type.interval_years,
    made: life.made,
    needs_assessment: life.needs_assessment,
    design_end: life.design_end,
    final_end: life.final_end,
    tare_g: row.tare_g,
    life_status: row.status,
    scrap_trigger: row.status === "scrap_pending",
    custody_status: row.custody,
    next_due: row.next_due,
    last_inspection_passed: row.inspected_on === null || (row.passed === null ? null : row.passed === 1),
    last_inspected_on: row.inspected_on ?? life.made,
    last_filled_on: filledOn ?? row.put,
    first_fill: filled === null,
    first_after_inspection: Boolean(filledOn && row.inspected_on && row.inspected_on > filledOn),
    hours_since_last_fill: hours,
    return_scanned: false,
    service_end: row.service_end,
    assessment_passed: Boolean(row.assessed),
    purchased_on: row.bought ?? row.put,
    ...marksOf(row.marks),
    owner_is_station: owner.own,
    owner_station_closed: owner.closed_since !== null && owner.closed_since <= on,
    entrusted: owner.entrusted.some((each) => sameMedium(medium, each, families)),
    alliance_valid: owner.allied.some((each) => sameMedium(medium, each, families)),
    insurance_pilot: pilot,
    insurance_valid: pilot ? insured.some((day) => day >= on) : null,
    ...ofGas(head, gunMedium, on),
  };
}

function marksOf(marks) {
  if (marks.length !== MARKS.length) throw new RangeError("not the marks of a row");
  const known = MARKS.map((name, place) => [name, marks[place]]).filter(([, mark]) => mark !== "-");
  return Object.fromEntries(known.map(([name, mark]) => [name, mark === "1"]));
}

/** The gas in use, the latest first, as far as it was tested. */
function ofGas({ station, rules }, gunMedium, on) {
  const batch = station.gas.find(
    ({ medium, since, until }) =>
      since <= on &&
      (until === null || until > on) &&
      gunMedium &&
      sameMedium(medium, gunMedium, rules.media),
  );
  if (!batch) return { gas_batch_tested: false };
  return {
    gas_batch_tested: batch.tested,
    dme_percent: batch.dme_ppm === null ? null : batch.dme_ppm / 10000,
  };
}

/** `fill`: {checks, checked_at (ms), checker, purged?, passengers_aboard?, plate_matches?, gross_before_g?}, and when it is done
 * also {filler, gross_after_g? | pressure_kpa?, temperature_c?}. */
function ofFill(head, fill, facts, now, on) {
  const { gross_before_g: before = null, gross_after_g: after = null } = fill;
  const tare = facts.tare_g ?? null;
  const staff = new Map(head.station.staff.map(({ login, certified_until }) => [login, certified_until]));
  const people = [...new Set([fill.filler, fill.checker])].filter(Boolean);
  const seconds = Math.max(Math.trunc((now - fill.checked_at) / 1000), 0);
  return {
    ...ofChecks(head.rules.items, fill.checks, seconds),
    filler: fill.filler,
    checker: fill.checker,
    invalid_staff: people.filter((login) => (staff.get(login) ?? 0) < on),
    gross_before_g: before,
    residual_kg: before === null || tare === null ? null : Math.max(before - tare, 0) / 1000,
    target_g: after === null || tare === null ? null : after - tare,
    target_kpa: fill.pressure_kpa ?? null,
    temperature_c: fill.temperature_c ?? facts.temperature_c,
    ...Object.fromEntries(
      ["purged", "passengers_aboard", "plate_matches"]
        .filter((name) => fill[name] != null)
        .map((name) => [name, fill[name]]),
    ),
  };
}

function ofChecks(items, checks, seconds) {
  const answers = Object.entries(checks ?? {});
  if (!answers.length) return { failed_check_items: null, precheck_done: false, precheck_here: false };
  const known = new Map(items.map((each) => [each.item, each]));
  const seen = {};
  for (const [item, answer] of answers)
    for (const [fact, says] of Object.entries(known.get(item)?.facts ?? {}))
      if (says[answer]) seen[fact] = says[answer] === "1";
  return {
    ...seen,
    failed_check_items: answers
      .filter(([, answer]) => answer === "not_ok")
      .map(([item]) => known.get(item)?.zh ?? item),
    precheck_done: true,
    precheck_here: true,
    precheck_age_minutes: seconds / 60,
  };
}
