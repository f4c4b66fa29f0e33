// The phone's clock may be wrong: every answer of the registry tells by how much. A stamp keeps what the phone said
// (device_at) beside the time corrected by the last measurement (at); neither is changed afterwards.
const SLOWEST_MS = 8000; // an answer that took longer measures nothing
let offset = 0; // milliseconds the registry is ahead of this phone
let store = null;

/** Takes the last measurement from a store ({kept, keep}), and keeps the next ones there. */
export async function loadClock(from) {
  store = from;
  offset = (await store.kept("clock")) ?? offset;
}

export function measure(serverTime, asked, answered) {
  const server = Date.parse(serverTime ?? "");
  if (Number.isNaN(server) || answered - asked > SLOWEST_MS) return;
  const found = Math.round(server - (asked + answered) / 2);
  if (Math.abs(found - offset) < 500) return;
  offset = found;
  store?.keep("clock", offset).catch(() => {});
}

/** How far the registry is ahead of this phone, in milliseconds. */
export function ahead() {
  return offset;
}

/** Now, by the registry's time. */
export function now() {
  return Date.now() + offset;
}

export function stamp() {
  const device = Date.now();
  return { at: new Date(device + offset).toISOString(), device_at: new Date(device).toISOString() };
}

/** A stamp as it is sent: one that lies ahead of the registry's time was made while the phone's clock was off by another
 * amount than measured then, and is corrected by what is known now. */
export function corrected({ at, device_at }) {
  if (Date.parse(at) <= now()) return { at, device_at };
  const again = Math.min(Date.parse(device_at) + offset, now());
  return { at: new Date(again).toISOString(), device_at };
}

/** 09:30, or 11-20 09:30 on another day. */
export function shown(moment) {
  const city = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false };
  const date = { timeZone: "Asia/Shanghai", month: "2-digit", day: "2-digit" };
  const when = new Date(moment);
  const day = when.toLocaleDateString("en-CA", date);
  const time = when.toLocaleTimeString("en-GB", city);
  return day === new Date(now()).toLocaleDateString("en-CA", date) ? time : `${day} ${time}`;
}
