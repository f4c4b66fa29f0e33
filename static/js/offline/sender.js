// Sends what waits in a store, one after the other, from one tab at a time, and tries again later while there is no answer.
import { alone } from "./alone.js";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60000;
const STOPPING = ["signed-out", "other"];

/** `store` as of personalStore. `sendOne(record)` answers what became of it: "" (settled), "away" (no answer: later), "signed-out"
 * or "other" (nothing can be sent now). With `inOrder` nothing overtakes a record that got no answer. */
export function sender({ name, store, sendOne, inOrder = false }) {
  const listeners = new Set();
  let failures = 0;
  let timer = null;
  let running = false;
  let asked = false;
  let stopped = "";

  const tell = () => {
    for (const listener of listeners) listener();
  };

  async function nextOf(done) {
    return (await store.records()).find(({ ref, state }) => state === "waiting" && !done.has(ref));
  }

  async function sendAll() {
    const done = new Set();
    stopped = "";
    let next = await nextOf(done);
    while (next) {
      done.add(next.ref);
      const outcome = await sendOne(next);
      if (STOPPING.includes(outcome)) {
        stopped = outcome;
        return;
      }
      failures = outcome === "away" ? failures + 1 : 0;
      if (outcome === "away" && inOrder) return;
      next = await nextOf(done);
    }
  }

  async function plan() {
    clearTimeout(timer);
    if (stopped || !(await nextOf(new Set()))) return;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 10), LONGEST_WAIT_MS);
    timer = setTimeout(() => send(), wait);
  }

  /** Sends what waits; harmless at any time and from any tab. A device that knows it has no line waits for the line. */
  async function send({ anyway = false } = {}) {
    if (!store.isOpen() || !(navigator.onLine || anyway)) return tell();
    if (running) {
      asked = true;
      return;
    }
    running = true;
    tell();
    try {
      do {
        asked = false;
        await alone(`${name}-send`, sendAll);
      } while (asked && !stopped);
    } finally {
      running = false;
      await plan();
      tell();
    }
  }

  /** After signing in, or when somebody presses the button: try at once. */
  function sendAgain() {
    failures = 0;
    stopped = "";
    return send({ anyway: true });
  }

  function watch() {
    window.addEventListener("online", () => sendAgain());
    document.addEventListener("visibilitychange", () => !document.hidden && send());
    store.onStored(tell);
    // In case the device does not notice that the line is back.
    setInterval(() => !running && !stopped && send({ anyway: true }), LONGEST_WAIT_MS);
  }

  return {
    send,
    sendAgain,
    watch,
    onChange: (listener) => listeners.add(listener),
    isSending: () => running,
    /** An answer came on the way: the line is not dead. */
    progress: () => {
      failures = 0;
    },
    /** "", "signed-out" or "other": why nothing can be sent. */
    whyStopped: () => stopped,
  };
}
