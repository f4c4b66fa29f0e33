// What a page keeps of one person, in a database of his own: `records` (what waits and what has arrived, by `ref`) and `kept`
// (anything else by name). Every write is on the disk before it counts as done.
import { openDB } from "idb";

export const STRICT = { durability: "strict" };

/** The store of pages of one kind, `name`; `upgrade(db)` makes what such a page needs beside `records` and `kept`. */
export function personalStore(name, upgrade = () => {}) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
  let opened;
  let owner;

  /** Opens the store of one person; everything below works on the one opened last. */
  function open(who) {
    if (owner === who) return opened;
    opened?.then((db) => db.close());
    owner = who;
    opened = openDB(`${name}-${who}`, 1, {
      upgrade(db) {
        db.createObjectStore("records", { keyPath: "ref" });
        upgrade(db);
        db.createObjectStore("kept");
      },
    });
    return opened;
  }

  /** Tells the other tabs, and this one, that something was stored. */
  function announce() {
    channel?.postMessage("stored");
    window.dispatchEvent(new Event(`${name}-stored`));
  }

  function onStored(listener) {
    channel?.addEventListener("message", listener);
    window.addEventListener(`${name}-stored`, listener);
  }

  async function kept(key) {
    return (await opened).get("kept", key);
  }

  async function keep(key, value) {
    const tx = (await opened).transaction("kept", "readwrite", STRICT);
    tx.store.put(value, key);
    await tx.done;
  }

  async function records() {
    const all = await (await opened).getAll("records");
    return all.sort((a, b) => a.made.localeCompare(b.made));
  }

  async function record(ref) {
    return (await opened).get("records", ref);
  }

  /** Puts what `change(stored)` returns in place of the stored record; undefined leaves it. Returns what stands there. */
  async function alter(ref, change) {
    const tx = (await opened).transaction("records", "readwrite", STRICT);
    const before = await tx.store.get(ref);
    const after = change(before);
    if (after) tx.store.put(after);
    await tx.done;
    if (after) announce();
    return after ?? before;
  }

  const database = () => opened;
  const isOpen = () => Boolean(opened);
  return { open, isOpen, database, announce, onStored, kept, keep, records, record, alter };
}
