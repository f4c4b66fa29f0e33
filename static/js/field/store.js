// What the phone keeps, one database a person: `records` (visits and joins), `pictures` (bytes, not blobs: those get lost on
// some phones), `kept` (the work package, the clock). Every write is on the disk before it counts as done.
import { openDB } from "idb";

const STRICT = { durability: "strict" };
const channel = "BroadcastChannel" in window ? new BroadcastChannel("field") : null;
let opened;
let owner;

/** Opens the store of one person; everything below works on the one opened last. */
export function openStore(who) {
  if (owner === who) return opened;
  opened?.then((db) => db.close());
  owner = who;
  opened = openDB(`field-${who}`, 1, {
    upgrade(db) {
      db.createObjectStore("records", { keyPath: "ref" });
      db.createObjectStore("pictures", { keyPath: "id" }).createIndex("record", "record");
      db.createObjectStore("kept");
    },
  });
  return opened;
}

export function isOpen() {
  return Boolean(opened);
}

/** Tells the other tabs, and this one, that something was stored. */
function announce() {
  channel?.postMessage("stored");
  window.dispatchEvent(new Event("stored"));
}

export function onStored(listener) {
  channel?.addEventListener("message", listener);
  window.addEventListener("stored", listener);
}

export async function kept(key) {
  return (await opened).get("kept", key);
}

export async function keep(key, value) {
  const tx = (await opened).transaction("kept", "readwrite", STRICT);
  tx.store.put(value, key);
  await tx.done;
}

export async function records() {
  const all = await (await opened).getAll("records");
  return all.sort((a, b) => a.made.localeCompare(b.made));
}

export async function record(ref) {
  return (await opened).get("records", ref);
}

/** Puts what `change(stored)` returns in place of the stored record; undefined leaves it. Returns what stands there. */
export async function alter(ref, change) {
  const tx = (await opened).transaction("records", "readwrite", STRICT);
  const before = await tx.store.get(ref);
  const after = change(before);
  if (after) tx.store.put(after);
  await tx.done;
  if (after) announce();
  return after ?? before;
}

/** A draft as it stands on the page; once it was handed over to the queue the page changes it no more. */
export function saveDraft(draft) {
  return alter(draft.ref, (stored) => (!stored || stored.state === "draft" ? draft : undefined));
}

/** Forgets a record and its pictures. */
export async function forget(ref) {
  const tx = (await opened).transaction(["records", "pictures"], "readwrite", STRICT);
  tx.objectStore("records").delete(ref);
  await dropPictures(tx, ref);
  await tx.done;
  announce();
}

/** The registry has it: the record stays for looking at, its pictures go. */
export async function acknowledge(ref, result, at) {
  const tx = (await opened).transaction(["records", "pictures"], "readwrite", STRICT);
  const store = tx.objectStore("records");
  const found = await store.get(ref);
  if (found) store.put({ ...found, state: "sent", result, sent: at, failure: null, body: null });
  await dropPictures(tx, ref);
  await tx.done;
  announce();
}

async function dropPictures(tx, ref) {
  const store = tx.objectStore("pictures");
  for (const key of await store.index("record").getAllKeys(ref)) store.delete(key);
}

export async function picture(id) {
  return (await opened).get("pictures", id);
}

export async function savePicture(found) {
  const tx = (await opened).transaction("pictures", "readwrite", STRICT);
  tx.store.put(found);
  await tx.done;
}

export async function dropPicture(id) {
  const tx = (await opened).transaction("pictures", "readwrite", STRICT);
  tx.store.delete(id);
  await tx.done;
}
