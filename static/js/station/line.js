// Between the page at the gun and static/js/gun/contact.js: the registry while it answers, the station's list while it does not.
// A fill is on the disk before it is sent. Where this device has no list, nobody answers, as before.
import * as registry from "../gun/contact.js";
import * as clock from "../offline/clock.js";
import { speakFor } from "../offline/contact.js";
import { fetchList, whoIsHere } from "./contact.js";
import { isCode, split } from "./label.js";
import { StationList } from "./list.js";
import * as queue from "./queue.js";
import { LEAVE, StandIn } from "./standin.js";
import * as store from "./store.js";

export const { Unreachable, openContact } = registry;

const SCAN_MS = 3000; // a line that is there but dead must not keep anybody waiting at the gun
const LIST_EVERY_MS = 600000;

/** What the page shows of it: dead (nobody answers), list, owner, what waits of others, why nothing is sent, what is wrong. */
export const state = { dead: false, list: null, owner: null, others: [], stopped: "", trouble: "" };
const listeners = new Set();
let standIn = null;
let opened = null;

export function onState(listener) {
  listeners.add(listener);
}

function tell() {
  for (const listener of listeners) listener(state);
}

function alive(answers) {
  if (state.dead === !answers) return;
  state.dead = !answers;
  if (answers) queue.sendAgain();
  tell();
}

/** Opens what is kept for a person (`owner`: {membership, name, unit_id, unit}); begins to fetch and to send. Where nothing can
 * be kept, the page works as long as the registry answers. */
export function open(owner, language) {
  opened = begin(owner, language).catch((error) => {
    state.trouble = error.message;
    tell();
  });
  return opened;
}

/** Whether the list would answer now in the registry's place. */
export function standsIn() {
  return Boolean(standIn && state.list.head);
}

async function begin(owner, language) {
  state.owner = owner;
  speakFor(owner.membership);
  await store.open(owner.membership);
  await clock.loadClock(store);
  state.list = await new StationList(owner.unit_id).open();
  standIn = new StandIn(state.list, clock, language);
  state.list.onChange(tell);
  queue.onChange(count);
  queue.watch();
  await queue.tidy();
  await count();
  queue.sendAgain();
  renew();
  setInterval(renew, LIST_EVERY_MS);
  window.addEventListener("online", renew);
  window.addEventListener("offline", () => alive(false));
}

async function count() {
  const { membership, name } = state.owner;
  state.others = await queue.others(membership, name);
  state.stopped = queue.whyStopped();
  tell();
}

/** Fetches what is new on the list, with the key of whoever is signed in now. */
async function renew() {
  if (!navigator.onLine) return;
  const key = async () => {
    const { kind, body } = await whoIsHere();
    if (kind !== "away") alive(true);
    const mine = kind === "ok" && body.membership === state.owner.membership;
    return mine ? body.key : null;
  };
  await state.list.refresh({ key, list: fetchList });
}

function plain(text) {
  const { code } = split(text);
  return isCode(code) ? code : text.trim();
}

/** The registry's answer, noting whether there was one; `within` so many milliseconds. */
async function asked(send, request, within = 0) {
  const late = new Promise((_done, fail) => {
    if (within) setTimeout(() => fail(new Unreachable()), within);
  });
  try {
    const answer = await Promise.race([send(request), late]);
    alive(true);
    return answer;
  } catch (error) {
    if (error instanceof Unreachable) alive(false);
    throw error;
  }
}

/** Asks the registry unless it is known to be away; else the list answers, where there is one. */
async function orList(send, request, instead, within = 0) {
  await opened;
  if (!standsIn()) return asked(send, request);
  if (!navigator.onLine || state.dead) return instead(request);
  try {
    return await asked(send, request, within);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return instead(request);
  }
}

export const scan = async (request) => {
  await opened;
  const mine = await waitingOf(request.code);
  // While its fill is on the way the registry does not know where this cylinder stands.
  if (mine) return standIn.scan(request);
  return orList(registry.scan, request, (sent) => standIn.scan(sent), SCAN_MS);
};

async function waitingOf(text) {
  if (!standIn) return null;
  const turn = await store.turnOf(plain(text));
  return turn && (turn.state === "filled" || turn.offline) ? turn : null;
}

/** A check that the registry has is noted: the fill may come when it is away. */
export const precheck = async (request) => {
  const answer = await orList(registry.precheck, request, (sent) => standIn.precheck(sent));
  if (standIn && !answer.body?.offline && answer.status < 300) await standIn.note(request);
  return answer;
};

export const unlock = async (request) => {
  if (request.token.startsWith(LEAVE)) return standIn.unlock(request);
  return asked(registry.unlock, request);
};

export const fill = async (request) => {
  await opened;
  if (!standIn) return asked(registry.fill, request);
  if (await store.record(request.ref)) return standIn.again(request);
  const turn = await store.turnOf(plain(request.code));
  if (turn?.offline) return standIn.fill(request);
  if (standsIn() && (!navigator.onLine || state.dead)) return standIn.fill(request);
  try {
    const answer = await asked(registry.fill, request);
    await store.dropTurn(plain(request.code));
    return answer;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    // It may have arrived: it goes on as it is, and what the list says of it comes too late.
    return standIn.keep(request, turn);
  }
};

/** What comes after a fill waits until the registry knows of the fill. */
async function afterFill(send, request) {
  await opened;
  const turn = standIn && (await store.turnOf(plain(request.code)));
  if (turn?.state === "filled") {
    queue.send();
    throw new Unreachable();
  }
  return asked(send, request);
}

export const postcheck = (request) => afterFill(registry.postcheck, request);
export const release = (request) => afterFill(registry.release, request);

export const abort = async (request) => {
  await opened;
  const turn = standIn && (await store.turnOf(plain(request.code)));
  if (turn?.offline) return standIn.abort(request);
  return asked(registry.abort, request);
};

export const look = async (address) => {
  const before = Date.now();
  const answer = await asked(registry.look, address);
  clock.measure(answer.body?.at, before, Date.now());
  return answer;
};

/** The registry's time, as far as it is known. */
export function now() {
  return new Date(clock.now());
}
