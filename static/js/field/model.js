// What a visit asks for and what is still missing. The registry judges for itself; this only helps in time.
import { corrected } from "../offline/clock.js";

const GROUP = 8;
const NOTE_NEEDED = ["abnormal", "na"];
const EARTH_M = 6371008.8;

function itemOf([code, cycle, name, requirement, judge, minimum, maximum, unit]) {
  return {
    code,
    cycle,
    name,
    requirement,
    judge,
    minimum,
    maximum,
    unit,
    limits: limits(minimum, maximum, unit),
  };
}

function limits(minimum, maximum, unit) {
  const end = unit ? ` ${unit}` : "";
  if (minimum !== null && maximum !== null) return `${minimum}–${maximum}${end}`;
  if (minimum !== null) return `≥${minimum}${end}`;
  return maximum !== null ? `≤${maximum}${end}` : "";
}

/** The items of a cycle, the shorter ones' among them, in groups of a few that lie together. */
export function groupsOf(work, elevator, cycle) {
  const rank = Object.fromEntries(work.cycles.map(([id, number]) => [id, number]));
  const groups = [];
  for (const [id, , name] of work.cycles.filter(([, number]) => number <= rank[cycle])) {
    const items = (work.items[elevator.list] ?? []).map(itemOf).filter((item) => item.cycle === id);
    const each = Math.ceil(items.length / Math.ceil(items.length / GROUP));
    for (let first = 0; first < items.length; first += each)
      groups.push({ cycle: name, first: first + 1, items: items.slice(first, first + each) });
  }
  return groups;
}

export function numberIn(text) {
  const plain = (text ?? "").normalize("NFKC").replaceAll("。", ".").trim();
  return /^[-+]?\d+(\.\d{1,3})?$/.test(plain) ? plain : null;
}

export function within(item, number) {
  const value = Number(number);
  return (
    (item.minimum === null || value >= Number(item.minimum)) &&
    (item.maximum === null || value <= Number(item.maximum))
  );
}

/** Why an answer may not stand: answer, note, value, limits (normal outside its limits), or null. */
export function lacking(item, answer) {
  if (!answer?.result) return "answer";
  if (NOTE_NEEDED.includes(answer.result) && !answer.note?.trim()) return "note";
  if (!item.limits || answer.result === "na") return null;
  const number = numberIn(answer.value);
  if (number === null) return "value";
  return answer.result === "normal" && !within(item, number) ? "limits" : null;
}

export function metres(position, elevator) {
  if (!position || !elevator.placed) return null;
  const rad = Math.PI / 180;
  const dLat = (position.lat - elevator.lat) * rad;
  const dLon = (position.lon - elevator.lon) * rad;
  const a =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(position.lat * rad) * Math.cos(elevator.lat * rad) * Math.sin(dLon / 2) ** 2;
  return Math.round(2 * EARTH_M * Math.asin(Math.sqrt(a)));
}

export function fenceOf(work, elevator) {
  return elevator.fence ?? work.limits.fence_m;
}

function outside(work, elevator, stamp, key) {
  if (!elevator.placed) return [];
  if (!stamp?.position) return [[`gap.no_place_${key}`, {}]];
  const away = metres(stamp.position, elevator);
  const fence = fenceOf(work, elevator);
  return away > fence ? [[`gap.far_${key}`, { metres: away, fence }]] : [];
}

/** What will keep the visit from counting: [key, values] of sentences. The worker may send it all the same. */
export function gaps(work, elevator, visit, out) {
  const found = [...outside(work, elevator, visit.check_in, "in")];
  if (!visit.photo) found.push(["gap.photo", {}]);
  if (!visit.second && work.limits.min_workers > 1)
    found.push(["gap.second", { count: work.limits.min_workers }]);
  if (!visit.signatures.first) found.push(["gap.sign_first", {}]);
  if (visit.second && visit.second_here && !visit.signatures.second) found.push(["gap.sign_second", {}]);
  const tests = groupsOf(work, elevator, visit.cycle)
    .flatMap((group) => group.items)
    .filter(
      ({ code, judge }) =>
        judge === "T" && visit.answers[code]?.result !== "na" && !visit.answers[code]?.photo,
    );
  if (tests.length) found.push(["gap.tests", { codes: tests.map(({ code }) => code).join("、") }]);
  if (!elevator.list) found.push(["gap.items", {}]);
  const minutes = Math.floor((Date.parse(out.at) - Date.parse(visit.check_in.at)) / 60000);
  const shortest = work.limits[`min_minutes_${visit.cycle}`];
  if (minutes < shortest) found.push(["gap.short", { minutes, shortest }]);
  return [...found, ...outside(work, elevator, out, "out")];
}

export function pictureIds(record) {
  const answers = Object.values(record.answers ?? {}).map(({ photo }) => photo);
  return [
    record.photo,
    record.signatures.first,
    record.signatures.second,
    record.plate?.photo,
    ...answers,
  ].filter(Boolean);
}

/** Whether what was said of the plate may not stand: another number, and not which. */
export function plateLacks(plate) {
  return plate?.is === "other" ? !/^\d{5,8}$/.test(plateCode(plate.code)) : false;
}

/** What is wrong with a number that was typed off a plate, as the name of a text; "" when it may stand. */
export function plateProblem(text, registered) {
  const code = plateCode(text);
  if (!/^\d{5,8}$/.test(code)) return "field.plate.code.hint";
  return code === registered ? "field.plate.code.same" : "";
}

function plateCode(text) {
  return (text ?? "").normalize("NFKC").replace(/\s/g, "");
}

function plateBody({ is, code, note, photo }, files) {
  const read = ["fine", "other"].includes(is);
  return { code_seen: read ? plateCode(code) : undefined, note, photo: files[photo] };
}

/** A visit or join as the registry takes it; `files` are stored files by picture. Made once and then only repeated. */
export function bodyOf(record, files, device) {
  return record.kind === "join" ? joinBody(record, files, device) : visitBody(record, files, device);
}

function joinBody({ ref, elevator, check_in, photo, signatures }, files, device) {
  const { position, ...stamp } = check_in;
  const { at } = corrected(stamp);
  return { ref, elevator, at, position, photo: files[photo], signature: files[signatures.first], device };
}

function visitBody(record, files, device) {
  const { ref, elevator, cycle, me, second, check_in, check_out, signatures } = record;
  const here = record.second_here ? signatures.second : null;
  const signed = [
    [me, signatures.first],
    [second, here],
  ].filter(([who, picture]) => who && picture);
  const came = corrected(check_in);
  const left = corrected(check_out);
  // The clock was set back in between: what the phone said stays in device_at.
  if (left.at < came.at) left.at = came.at;
  return {
    ref,
    elevator,
    cycle,
    workers: [me, second].filter(Boolean),
    check_in: { ...came, position: check_in.position, photo: files[record.photo] },
    check_out: { ...left, position: check_out.position },
    answers: Object.entries(record.answers)
      .filter(([, answer]) => answer.result)
      .map(([item, { result, value, note, photo }]) => ({
        item,
        result,
        value: numberIn(value) ?? undefined,
        note: note?.trim() || undefined,
        photo: files[photo],
      })),
    signatures: signed.map(([worker, picture]) => ({ worker, image: files[picture] })),
    plate: record.plate ? plateBody(record.plate, files) : undefined,
    device,
  };
}
