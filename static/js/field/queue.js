// The way from the phone to the registry: pictures first, in pieces, then the record. Nothing leaves the phone's store
// before the registry has answered for it; what it answered twice it keeps once, by `ref`.
import { device } from "../device.js";
import { post, sentences } from "../offline/contact.js";
import { sender } from "../offline/sender.js";
import { Stop, upload } from "../offline/uploads.js";
import { bodyOf, pictureIds } from "./model.js";
import * as store from "./store.js";
import { acknowledge, alter, forget, picture, record, records, savePicture } from "./store.js";

const KEPT_MS = 7 * 86400000;
const PATHS = { visit: "/field/visits", join: "/field/joins" };

export const {
  send,
  sendAgain,
  isSending,
  whyStopped,
  onChange: onQueue,
  watch: watchQueue,
  progress,
} = sender({ name: "field", store, sendOne });

function good(answer) {
  if (answer.kind !== "ok") throw new Stop(answer);
  progress();
  return answer.body;
}

async function sendPicture(id) {
  const found = await picture(id);
  if (!found || found.file) return found?.file;
  const file = await upload(found, good);
  await savePicture({ ...found, file });
  return file;
}

/** The body is made once: a repetition has to be the same to the letter. */
async function frozen(waiting) {
  if (waiting.body) return waiting;
  const files = {};
  for (const id of pictureIds(waiting)) files[id] = await sendPicture(id);
  const body = bodyOf(waiting, files, device());
  return alter(waiting.ref, (stored) => (stored?.state === "waiting" ? { ...stored, body } : undefined));
}

async function sendOne(waiting) {
  try {
    const ready = await frozen(waiting);
    if (ready?.state !== "waiting") return "";
    const answer = await post(PATHS[ready.kind], ready.body);
    await acknowledge(ready.ref, good(answer), Date.now());
    return "";
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return settle(waiting.ref, error.answer);
  }
}

async function settle(ref, answer) {
  const { kind, status, body } = answer;
  if (kind === "refused") {
    const failure = { status, sentences: sentences(body) };
    await alter(ref, (stored) => stored && { ...stored, state: "failed", failure });
    return "";
  }
  const tries = (stored) => stored && { ...stored, tries: (stored.tries ?? 0) + 1 };
  if (kind === "away") await alter(ref, tries);
  return kind;
}

/** A record that was refused goes once more as it is. */
export async function retry(ref) {
  await alter(
    ref,
    (stored) => stored?.state === "failed" && { ...stored, state: "waiting", failure: null, body: null },
  );
  return sendAgain();
}

/** Whether the registry cannot have it: only then may its content change. */
export function editable({ state, body }) {
  return state === "failed" || (state === "waiting" && !body);
}

export async function edit(ref) {
  const back = (stored) => stored && editable(stored) && { ...stored, state: "draft", body: null };
  return (await alter(ref, back || undefined))?.state === "draft";
}

export async function discard(ref) {
  if ((await record(ref))?.state !== "sent") await forget(ref);
}

/** Sent records are for looking at for a week. */
export async function tidy() {
  for (const { ref, state, sent } of await records())
    if (state === "sent" && Date.now() - sent > KEPT_MS) await forget(ref);
}
