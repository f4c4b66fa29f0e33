// The work package: the company's elevators, their items and the office's values, as of the last contact.
import { ask, speakFor } from "../offline/contact.js";
import { keep, kept, openStore } from "./store.js";

const LOOK_ALIKES = { O: "0", I: "1", L: "1" };
let work = null;

export function current() {
  return work?.data ?? null;
}

export function loadedAt() {
  return work?.at ?? null;
}

export async function loadWork() {
  work = (await kept("work")) ?? null;
  return current();
}

/** Asks for news; returns {kind, switched}: switched when somebody else is signed in than this phone last knew. */
export async function refresh(owner) {
  const headers = work?.etag ? { "If-None-Match": work.etag } : {};
  const answer = await ask("/field/work.json", { headers });
  if (answer.kind === "same") {
    work = { ...work, at: Date.now() };
    await keep("work", work);
  }
  if (answer.kind !== "ok") return { kind: answer.kind, detail: answer.body?.detail };
  const whose = answer.body.me.membership;
  const switched = String(whose) !== String(owner);
  speakFor(whose);
  await openStore(whose);
  work = { etag: answer.etag, at: Date.now(), data: answer.body };
  await keep("work", work);
  return { kind: "ok", switched, owner: whose };
}

function elevatorOf(row) {
  const [code, list, place, rescue, unit, lat, lon, fence, due, last, cycle, kind, older, plate] = row;
  const placed = lat !== null && lon !== null;
  return {
    code,
    list,
    place,
    rescue,
    unit: work.data.units[unit],
    lat,
    lon,
    placed,
    fence,
    due,
    last,
    cycle,
    kind,
    older,
    plate,
  };
}

export function elevators() {
  return work?.data.elevators.map(elevatorOf) ?? [];
}

/** The plain code in what was scanned or typed: a bare code, code.mac, or the address of a label. */
export function codeIn(text) {
  const plain = text.normalize("NFKC").replaceAll("。", ".").replaceAll("、", "/").trim().toUpperCase();
  const path = plain.split(/[?#]/)[0].replace(/\/+$/, "");
  const last = path.slice(path.lastIndexOf("/") + 1).split(".")[0];
  return last.replace(/[^0-9A-Z]/g, "").replace(/[OIL]/g, (sign) => LOOK_ALIKES[sign]);
}

/** The elevator with this label or rescue code, or undefined when the company does not maintain it. */
export function find(text) {
  const code = codeIn(text);
  if (!code) return undefined;
  return elevators().find(
    (known) => known.code === code || known.older.includes(code) || (known.rescue && known.rescue === code),
  );
}

export function byCode(code) {
  return elevators().find((known) => known.code === code);
}
