// This browser's own random id, the same for whoever is signed in: it tells whether two people used one phone.
import { uuid } from "./offline/alone.js";

const KEY = "device";

function kept() {
  const known = localStorage.getItem(KEY) ?? uuid();
  localStorage.setItem(KEY, known);
  return known;
}

/** The id of this installation; where nothing can be kept, none. */
export function device() {
  try {
    return kept();
  } catch {
    return undefined;
  }
}
