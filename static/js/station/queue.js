// Fills made while the registry could not be reached, on their way to it: in order, each as it was frozen when the fill was
// done, until there is an answer. What it answered twice it keeps once, by `ref`. States: waiting, sent, refused (the register
// judges otherwise, and the gas is in the cylinder), failed (it could not even be read).
import { post, sentences } from "../offline/contact.js";
import { sender } from "../offline/sender.js";
import * as store from "./store.js";

const KEPT_MS = 7 * 86400000;
const OTHERS = "gun.queues"; // how much waits of whom, for the next person at this device
const settled = new Set();

export const { send, sendAgain, isSending, whyStopped, onChange, watch } = sender({
  name: "gun",
  store,
  sendOne,
  inOrder: true,
});

/** Tells of each record that is settled, once: the station has to know at once. */
export function onSettled(listener) {
  settled.add(listener);
}

/** Only the clock at sending may differ when a fill is sent again. */
function bodyOf({ body }) {
  return body.offline ? { ...body, device_now: new Date().toISOString() } : body;
}

async function sendOne(waiting) {
  const answer = await post("/api/v1/fillings", bodyOf(waiting));
  const { kind, status, body } = answer;
  if (kind === "ok") await tell(waiting, { state: "sent", findings: body.findings ?? [], sent: Date.now() });
  else if (kind === "refused") await tell(waiting, refusal(status, body));
  else {
    if (kind === "away")
      await store.alter(waiting.ref, (stored) => stored && { ...stored, tries: stored.tries + 1 });
    return kind;
  }
  return "";
}

function refusal(status, body) {
  const state = status === 422 && body?.findings ? "refused" : "failed";
  return { state, findings: body?.findings ?? [], said: sentences(body), seen: false, sent: Date.now() };
}

async function tell(waiting, outcome) {
  const found = await store.settle(waiting.ref, outcome);
  for (const listener of settled) listener(found);
}

/** Puts a fill into the queue, together with where its turn stands. It is on the disk when this returns. */
export async function add({ ref, code, name, body, made }, turn) {
  await store.addFill({ ref, code, name, body, made, state: "waiting", tries: 0 }, turn);
  send();
}

/** A record that the registry could not read goes once more as it is. */
export async function retry(ref) {
  await store.alter(ref, (stored) =>
    stored?.state === "failed" ? { ...stored, state: "waiting", said: [], seen: true } : undefined,
  );
  return sendAgain();
}

/** Somebody has read what became of it. */
export function acknowledge(ref) {
  return store.alter(ref, (stored) => stored && { ...stored, seen: true });
}

/** Sent records are for looking at for a week; what nobody has read yet stays. */
export async function tidy() {
  for (const { ref, state, seen, sent } of await store.records())
    if (state !== "waiting" && seen !== false && Date.now() - sent > KEPT_MS) await store.forget(ref);
}

/** Notes how much of this person waits here; answers what waits of others: [{name, count}]. */
export async function others(me, name) {
  const known = JSON.parse(localStorage.getItem(OTHERS) ?? "{}");
  const count = (await store.records()).filter(({ state }) => state === "waiting").length;
  if (count) known[me] = { name, count };
  else delete known[me];
  localStorage.setItem(OTHERS, JSON.stringify(known));
  return Object.entries(known)
    .filter(([whose]) => whose !== String(me))
    .map(([, one]) => one);
}
