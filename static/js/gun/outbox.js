// Requests that nobody has answered yet. Each is sent again as it is, with its own ref, until there is an answer: through the
// next scan, and through a reload of the page by the same person.
import { Unreachable } from "./contact.js";

const KEY = "gun.outbox."; // and whose they are: what another person left here stays for him
const AGAIN_MS = 2500;
const waiting = new Map(); // ref -> {name, label, request}
let owner = "";
const sleepers = new Set();
let told = () => {};

function save() {
  const list = [...waiting.values()];
  if (list.length) localStorage.setItem(KEY + owner, JSON.stringify(list));
  else localStorage.removeItem(KEY + owner);
}

function pause() {
  return new Promise((resolve) => {
    const up = () => {
      clearTimeout(timer);
      sleepers.delete(up);
      resolve();
    };
    const timer = setTimeout(up, AGAIN_MS);
    sleepers.add(up);
  });
}

export function unanswered() {
  return [...waiting.values()];
}

/** Try again now rather than in a moment. */
export function sendNow() {
  for (const up of [...sleepers]) up();
}

/** Sends until it is answered. `send` is one of contact's; `label` says what it is about. */
export async function deliver(name, send, request, label) {
  waiting.set(request.ref, { name, label, request });
  save();
  let answer;
  while (!answer) {
    try {
      answer = await send(request);
      // Signed out is no answer to this request: it is sent again after signing in.
      if (answer.status === 401) {
        told("signed-out");
        answer = null;
        await pause();
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      told("away");
      await pause();
    }
  }
  waiting.delete(request.ref);
  save();
  told("here");
  return answer;
}

/** Takes up what was left when the page was closed. `onState`: away, signed-out or here. */
export function openOutbox(person, onState) {
  owner = person;
  told = onState;
  return JSON.parse(localStorage.getItem(KEY + owner) ?? "[]");
}
