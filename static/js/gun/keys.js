// A few keys and a scanner gun on the same keyboard. A gun is a fast typist that ends with Enter: a key that stays alone for
// a moment was pressed by a finger; several at once are a reading, which no timer cuts before it is whole.
import { character, ends } from "../wedge.js";

const ALONE_MS = 130; // slow guns leave a tenth of a second at most between two keys
const IDLE_MS = 5000;
const SHORTEST = 3;

function editable(element) {
  return element.matches?.("input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select");
}

/**
 * isDigit(key): whether a field takes this key as it is pressed; onTakeBack(count): the last of them began a reading.
 * onKey(key): a finger's key; true when it meant something. onText(text): a reading, or what a quick typist entered.
 * onProgress(text): what is held so far. onLost(text): a reading that never ended.
 */
export function listenToKeys({ isDigit, onKey, onTakeBack, onText, onProgress, onLost }) {
  let held = "";
  let timer;
  let taken = { text: "", at: 0 }; // what a field took just now

  /** A key that a field takes at once; what follows it too fast for a finger makes it the beginning of a reading. */
  function take(sign) {
    const together = Date.now() - taken.at < ALONE_MS ? taken.text : "";
    taken = { text: "", at: 0 };
    if (held) return held + sign;
    if (isDigit(sign)) {
      taken = { text: together + sign, at: Date.now() };
      onKey(sign);
      return "";
    }
    if (together) onTakeBack(together.length);
    return together + sign;
  }

  function hold(text) {
    held = text;
    onProgress(text);
  }

  function press(text) {
    hold("");
    let meant = true;
    for (const key of text) meant = onKey(key) && meant;
    return meant;
  }

  function quiet() {
    const byFinger = held.length === 1 || /^[\d.,]{2,3}$/.test(held);
    // A letter that means nothing here may be the first one of a slow gun.
    const text = held;
    if (byFinger && press(text)) return;
    if (byFinger && text.length === 1) hold(text);
    timer = setTimeout(() => {
      if (held.length >= SHORTEST) onLost(held);
      hold("");
    }, IDLE_MS);
  }

  function end(event) {
    const text = held.trim();
    taken = { text: "", at: 0 };
    if (!text && (event.code === "Tab" || event.target.closest?.("button, a, summary, label"))) return;
    event.preventDefault();
    event.stopPropagation();
    hold("");
    if (text.length >= SHORTEST) return onText(text);
    if (text) press(text);
    onKey("Enter");
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.code === "Escape") {
        clearTimeout(timer);
        event.target.blur?.();
        const had = held;
        hold("");
        if (!had) onKey("Escape");
        return;
      }
      if (editable(event.target)) return;
      if (ends(event)) {
        clearTimeout(timer);
        return end(event);
      }
      if (event.code === "Backspace") {
        event.preventDefault();
        if (held) hold(held.slice(0, -1));
        else onKey("Backspace");
        return;
      }
      const sign = character(event);
      if (!sign || (sign === " " && !held)) return;
      clearTimeout(timer);
      event.preventDefault();
      const text = take(sign);
      if (!text) return;
      hold(text);
      timer = setTimeout(quiet, ALONE_MS);
    },
    true,
  );
}
