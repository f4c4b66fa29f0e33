// What the phone keeps, one database a person: `records` (visits and joins), `pictures` (bytes, not blobs: those get lost on
// some phones), `kept` (the work package, the clock).
import { personalStore, STRICT } from "../offline/store.js";

const store = personalStore("field", (db) => {
  db.createObjectStore("pictures", { keyPath: "id" }).createIndex("record", "record");
});
export const { open: openStore, isOpen, onStored, kept, keep, records, record, alter } = store;

/** A draft as it stands on the page; once it was handed over to the queue the page changes it no more. */
export function saveDraft(draft) {
  return alter(draft.ref, (stored) => (!stored || stored.state === "draft" ? draft : undefined));
}

/** Forgets a record and its pictures. */
export async function forget(ref) {
  const tx = (await store.database()).transaction(["records", "pictures"], "readwrite", STRICT);
  tx.objectStore("records").delete(ref);
  await dropPictures(tx, ref);
  await tx.done;
  store.announce();
}

/** The registry has it: the record stays for looking at, its pictures go. */
export async function acknowledge(ref, result, at) {
  const tx = (await store.database()).transaction(["records", "pictures"], "readwrite", STRICT);
  const found = await tx.objectStore("records").get(ref);
  if (found)
    tx.objectStore("records").put({ ...found, state: "sent", result, sent: at, failure: null, body: null });
  await dropPictures(tx, ref);
  await tx.done;
  store.announce();
}

async function dropPictures(tx, ref) {
  const pictures = tx.objectStore("pictures");
  for (const key of await pictures.index("record").getAllKeys(ref)) pictures.delete(key);
}

export async function picture(id) {
  return (await store.database()).get("pictures", id);
}

export async function savePicture(found) {
  const tx = (await store.database()).transaction("pictures", "readwrite", STRICT);
  tx.store.put(found);
  await tx.done;
}

export async function dropPicture(id) {
  const tx = (await store.database()).transaction("pictures", "readwrite", STRICT);
  tx.store.delete(id);
  await tx.done;
}
