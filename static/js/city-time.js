// "2026-12-01 01:27:11": the time of the city wherever the browser stands, as the times that the server writes. The city is
// eight hours before Greenwich all year.
const AHEAD_MS = 8 * 3_600_000;

export function cityTime(at) {
  return new Date(at.getTime() + AHEAD_MS).toISOString().slice(0, 19).replace("T", " ");
}
