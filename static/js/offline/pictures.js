// A personal store that keeps pictures beside its records: bytes, not blobs, which some phones lose.
import { personalStore, STRICT } from "./store.js";

export function pictureStore(name) {
  const store = personalStore(name, (db) => {
    db.createObjectStore("pictures", { keyPath: "id" }).createIndex("record", "record");
  });

  async function dropPictures(tx, ref) {
    const pictures = tx.objectStore("pictures");
    for (const key of await pictures.index("record").getAllKeys(ref)) pictures.delete(key);
  }

  /** Forgets a record and its pictures. */
  async function forget(ref) {
    const tx = (await store.database()).transaction(["records", "pictures"], "readwrite", STRICT);
    tx.objectStore("records").delete(ref);
    await dropPictures(tx, ref);
    await tx.done;
    store.announce();
  }

  /** The registry has it: the record stays for looking at, its pictures go. */
  async function acknowledge(ref, result, at) {
    const tx = (await store.database()).transaction(["records", "pictures"], "readwrite", STRICT);
    const found = await tx.objectStore("records").get(ref);
    if (found)
      tx.objectStore("records").put({ ...found, state: "sent", result, sent: at, failure: null, body: null });
    await dropPictures(tx, ref);
    await tx.done;
    store.announce();
  }

  async function picture(id) {
    return (await store.database()).get("pictures", id);
  }

  async function savePicture(found) {
    const tx = (await store.database()).transaction("pictures", "readwrite", STRICT);
    tx.store.put(found);
    await tx.done;
  }

  async function dropPicture(id) {
    const tx = (await store.database()).transaction("pictures", "readwrite", STRICT);
    tx.store.delete(id);
    await tx.done;
  }

  return { ...store, forget, acknowledge, picture, savePicture, dropPicture };
}
