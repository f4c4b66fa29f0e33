// What the phone keeps, one database a person: `records` (visits and joins), `pictures`, `kept` (the work package, the clock).
import { pictureStore } from "../offline/pictures.js";

const store = pictureStore("field");
export const { open: openStore, isOpen, onStored, kept, keep, records, record, alter } = store;
export const { forget, acknowledge, picture, savePicture, dropPicture } = store;

/** A draft as it stands on the page; once it was handed over to the queue the page changes it no more. */
export function saveDraft(draft) {
  return alter(draft.ref, (stored) => (!stored || stored.state === "draft" ? draft : undefined));
}
