// What the page at the gun keeps of one person: `records` (fills that wait for the registry and what became of them) and
// `turns` (cylinders that were checked here without a network, by their code).
import { personalStore, STRICT } from "../offline/store.js";

const store = personalStore("gun", (db) => db.createObjectStore("turns", { keyPath: "code" }));
export const { open, isOpen, onStored, kept, keep, records, record, alter } = store;

export async function turnOf(code) {
  return (await store.database()).get("turns", code);
}

export async function saveTurn(turn) {
  const tx = (await store.database()).transaction("turns", "readwrite", STRICT);
  tx.store.put(turn);
  await tx.done;
}

export async function dropTurn(code) {
  const tx = (await store.database()).transaction("turns", "readwrite", STRICT);
  tx.store.delete(code);
  await tx.done;
}

/** A fill and where its turn stands after it: both or neither. A `ref` that is there already stays as it is. */
export async function addFill(fill, turn) {
  const tx = (await store.database()).transaction(["records", "turns"], "readwrite", STRICT);
  const records = tx.objectStore("records");
  if (!(await records.get(fill.ref))) {
    records.put(fill);
    tx.objectStore("turns").put(turn);
  }
  await tx.done;
  store.announce();
}

/** What became of a record. The registry knows the turn from now on. */
export async function settle(ref, outcome) {
  const tx = (await store.database()).transaction(["records", "turns"], "readwrite", STRICT);
  const found = await tx.objectStore("records").get(ref);
  if (found) {
    tx.objectStore("records").put({ ...found, ...outcome });
    const turn = await tx.objectStore("turns").get(found.code);
    if (turn?.ref === ref) tx.objectStore("turns").delete(found.code);
  }
  await tx.done;
  store.announce();
  return found && { ...found, ...outcome };
}

export async function forget(ref) {
  const tx = (await store.database()).transaction("records", "readwrite", STRICT);
  tx.store.delete(ref);
  await tx.done;
  store.announce();
}
