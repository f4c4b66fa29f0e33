// What is so now at the gun beside the cylinder: who is here, what the scale says, what waits.
import * as contact from "../station/line.js";

const FAST_MS = 1500;
const SLOW_MS = 20000;
const EARLIER_MS = 60000; // the bottle may stand on the scale before it is scanned
let timer;

/** Asks for what is so now: often while a scale is waited for, else seldom. */
export async function watch(gun) {
  clearTimeout(timer);
  const question = gun.question();
  try {
    const answer = await contact.look(gun.setup.now_url);
    if (answer.status === 200) {
      const before = JSON.stringify(gun.now);
      gun.now = answer.body;
      if (!gun.unanswered.length) gun.contact("here");
      if (adopt(gun) || (before !== JSON.stringify(gun.now) && !gun.job)) gun.show();
    } else if (answer.status === 401) gun.contact("signed-out");
  } catch (error) {
    if (!(error instanceof contact.Unreachable)) throw error;
    gun.contact("away");
  }
  clearTimeout(timer);
  timer = setTimeout(() => watch(gun), question?.measures ? FAST_MS : SLOW_MS);
}

/** Takes the scale's value for the question that waits for it; true when there is a new one. */
export function adopt(gun) {
  const question = gun.question();
  if (!question?.measures || gun.job.values[question.key]) return false;
  const since = Math.max(
    gun.freeSince,
    question.key === "gross_before"
      ? Date.parse(gun.job.scannedAt) - EARLIER_MS
      : Date.parse(gun.job.startedAt ?? gun.job.scannedAt),
  );
  const taken = new Set(Object.values(gun.job.readings).map(({ ref }) => ref));
  const found = gun.now.readings.find(
    ({ kind, at, ref }) => kind === question.measures && Date.parse(at) >= since && !taken.has(ref),
  );
  if (!found || gun.job.readings[question.key]?.ref === found.ref) return false;
  gun.job.readings[question.key] = found;
  return true;
}
