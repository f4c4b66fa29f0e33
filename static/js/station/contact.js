// What the page at the gun asks for itself, beside the scans and records: who is signed in, and the station's list.
import { ask } from "../offline/contact.js";

const LIST_MS = 600000; // a whole list over a slow line

/** {kind, body}: as offline/contact.js answers; body {membership, name, unit_id, unit, key}. */
export function whoIsHere() {
  return ask("/filling/offline/owner.json");
}

/** The list as bytes, whole or what changed since a version; null where it did not arrive whole. */
export async function fetchList(since) {
  const query = since ? `?since=${encodeURIComponent(since)}` : "";
  try {
    const answer = await fetch(`/filling/offline/list${query}`, {
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout?.(LIST_MS),
      headers: { Accept: "application/x-ndjson" },
    });
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}
