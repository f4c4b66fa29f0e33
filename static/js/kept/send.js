// A form's way to the registry: its pictures in pieces, then the form itself, once: a repetition is the same to the letter and
// is known by the `ref` in it.
import { ask, sentences } from "../offline/contact.js";
import { sender } from "../offline/sender.js";
import { Stop, upload } from "../offline/uploads.js";
import { note, store } from "./store.js";

const LARGEST = 2_000_000; // of a picture in pieces; what is larger, or no picture, goes with the form
const PICTURES = ["image/jpeg", "image/png", "image/webp"];

export const queue = sender({ name: "forms", store, sendOne });

function good(answer) {
  if (answer.kind !== "ok") throw new Stop(answer);
  queue.progress();
  return answer.body;
}

async function part(id) {
  const found = await store.picture(id);
  if (found.file) return String(found.file);
  if (!PICTURES.includes(found.mime) || found.bytes.byteLength > LARGEST)
    return new File([found.bytes], found.name, { type: found.mime });
  const file = await upload(found, good);
  await store.savePicture({ ...found, file });
  return String(file);
}

async function contentOf(waiting) {
  const content = new FormData();
  for (const [name, value] of waiting.body)
    content.append(name, typeof value === "string" ? value : await part(value.picture));
  return content;
}

/** Once it may have left the phone its content is changed no more until there is an answer. */
function leaves(ref, gone) {
  return store.alter(ref, (stored) => stored?.state === "waiting" && { ...stored, gone });
}

async function sendOne(waiting) {
  try {
    const body = await contentOf(waiting);
    const dark = !navigator.onLine;
    if ((await leaves(waiting.ref, true))?.state !== "waiting") return "";
    const headers = { "Kept-Form": "1" };
    const answer = await ask(waiting.action, { method: "POST", body, headers });
    if (dark && !navigator.onLine && answer.kind === "away") await leaves(waiting.ref, waiting.gone);
    await store.acknowledge(waiting.ref, good(answer), Date.now());
    await note();
    return "";
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return settle(waiting.ref, error.answer);
  }
}

async function settle(ref, { kind, status, body }) {
  if (kind !== "refused") return kind;
  const page = body.page ?? null;
  const failure = { status, page, sentences: page ? said(page) : sentences(body) };
  await store.alter(
    ref,
    (stored) => stored && { ...stored, state: "failed", failure, gone: false, body: null },
  );
  await note();
  return "";
}

/** The sentences of a page that says what is wrong. */
function said(page) {
  const shown = new DOMParser().parseFromString(page, "text/html");
  return [...shown.querySelectorAll(".error-summary li")].map((line) => line.textContent.trim());
}

let watching = false;

/** Sends from this page as long as it is open. */
export function keepSending() {
  if (!watching) queue.watch();
  watching = true;
  return queue.sendAgain();
}
