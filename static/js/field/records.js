// New records: a visit or a join begins where its elevator is scanned.

import { uuid } from "../offline/alone.js";
import { stamp } from "../offline/clock.js";
import { t } from "../texts.js";
import { records, saveDraft } from "./store.js";
import { current, find, refresh } from "./work.js";

const beginning = new Map();

/** Begins a record at an elevator, or goes on with the draft that is there: a double tap is one visit. */
export function begin(kind, elevator) {
  const key = `${kind} ${elevator.code}`;
  if (!beginning.has(key))
    beginning.set(
      key,
      begun(kind, elevator).finally(() => beginning.delete(key)),
    );
  return beginning.get(key);
}

async function begun(kind, elevator) {
  const open = (await records()).find(
    (known) => known.kind === kind && known.elevator === elevator.code && known.state === "draft",
  );
  if (open) return open;
  const check_in = { ...stamp(), position: null };
  const draft = {
    ref: uuid(),
    kind,
    state: "draft",
    made: check_in.device_at,
    elevator: elevator.code,
    place: elevator.place,
    me: current().me.login,
    cycle: elevator.cycle,
    check_in,
    check_out: null,
    photo: null,
    second: null,
    second_here: true,
    answers: {},
    signatures: { first: null, second: null },
    plate: null,
    body: null,
    failure: null,
  };
  await saveDraft(draft);
  return draft;
}

/** The elevator of a scanned or typed code, asking the registry when the phone does not know it; else a sentence. */
export async function look(text, owner) {
  const known = find(text);
  if (known) return { elevator: known };
  const { kind } = await refresh(owner);
  if (kind === "ok" || kind === "same") {
    const found = find(text);
    return found ? { elevator: found } : { problem: t("field.unknown", { code: text }) };
  }
  return { problem: t("field.unknown.offline", { code: text }) };
}
