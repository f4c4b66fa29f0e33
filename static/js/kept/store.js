// What a person filled in and the registry does not have yet, in a database of his own: `records` by the address of the form,
// their pictures, and in `kept` the pages themselves ("page /address"), so that they open without a network.
import { pictureStore } from "../offline/pictures.js";

const KEPT_MS = 30 * 86400000;
const SENT_MS = 86400000;
export const OWNER = "forms.owner";
export const CHECK = "forms.check"; // somebody signed in or out since: whose phone it is has to be asked first
const OPEN = "forms.open."; // and whose: forms lie here that the registry does not have
const PAGES = "forms.pages."; // and whose: pages lie here

export const store = pictureStore("forms");
let owner = "";

export async function openStore(member) {
  owner = String(member);
  await store.open(owner);
}

/** Whether a person has forms on this phone, without opening anything. */
export function hasForms(member) {
  return localStorage.getItem(OPEN + member) !== null;
}

/** Remembers for every other page whether something waits here. */
export async function note() {
  const open = (await store.records()).some(({ state }) => state !== "sent");
  if (open) localStorage.setItem(OPEN + owner, "1");
  else localStorage.removeItem(OPEN + owner);
}

/** Whether pages of a person lie on this phone, without opening anything. */
export function hasPages(member) {
  return localStorage.getItem(PAGES + member) !== null;
}

/** Keeps a page as it is now; with `hours` for no longer than that. */
export async function keepPage(address, html, hours) {
  await store.keep(`page ${address}`, { html, at: Date.now(), hours });
  localStorage.setItem(PAGES + owner, "1");
}

export async function dropPage(address) {
  await (await store.database()).delete("kept", `page ${address}`);
}

/** A kept page; what was kept for its hours only is gone when they are over. */
export async function keptPage(address) {
  const page = await store.kept(`page ${address}`);
  if (!page || !isOver(page)) return page;
  await dropPage(address);
  return undefined;
}

function isOver({ at, hours }) {
  return Boolean(hours) && Date.now() - at > hours * 3600000;
}

/** Pages whose hours are over go, whoever looks. */
export async function dropOver() {
  const db = await store.database();
  for (const key of await db.getAllKeys("kept")) {
    if (!String(key).startsWith("page ")) continue;
    const page = await db.get("kept", key);
    if (page && isOver(page)) await db.delete("kept", key);
  }
}

/** Forms nobody came back to, and pages without a form, are not kept for ever. */
export async function tidy() {
  for (const { ref, state, made, sent } of await store.records()) {
    const old = state === "draft" && Date.now() - Date.parse(made) > KEPT_MS;
    if (old || (state === "sent" && Date.now() - sent > SENT_MS)) await store.forget(ref);
  }
  const used = new Set((await store.records()).map(({ address }) => `page ${address}`));
  const db = await store.database();
  for (const key of await db.getAllKeys("kept")) {
    if (!String(key).startsWith("page ") || used.has(key)) continue;
    const { at } = await db.get("kept", key);
    if (Date.now() - at > SENT_MS * 7) await db.delete("kept", key);
  }
}
