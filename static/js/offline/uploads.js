// Pictures go to the registry in pieces, so that a bad line goes on where it stopped; a picture is known by its `id`.
import { patch, post } from "./contact.js";

const PIECE = 128 * 1024;

/** An answer that ends the sending of a record for now. */
export class Stop extends Error {
  constructor(answer) {
    super(answer.kind);
    this.answer = answer;
  }
}

export async function digest(bytes) {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends a picture {id, sha256, mime, purpose, bytes}; the id of the registry's file. `good(answer)` gives the body of an
 * answer, or throws Stop. */
export async function upload({ id, sha256, mime, purpose, bytes }, good) {
  const size = bytes.byteLength;
  let state = good(await post("/field/uploads", { ref: id, sha256, size, mime, purpose }));
  while (!state.file) {
    const end = Math.min(state.offset + PIECE, size);
    const piece = bytes.slice(state.offset, end);
    state = good(await patch(`/field/uploads/${id}?offset=${state.offset}`, piece));
  }
  return state.file;
}
