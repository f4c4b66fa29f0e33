// A scanner gun is a keyboard. A key that an input method took or made full-width is read by its position (keydown.code),
// as the gun meant it; a reading ends at Enter or Tab and is never cut by a timer that a slow gun would lose to.
const SIGNS = {
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  Backquote: "`~",
  Space: "  ",
  NumpadDivide: "//",
  NumpadMultiply: "**",
  NumpadSubtract: "--",
  NumpadAdd: "++",
  NumpadDecimal: "..",
};
const DIGITS = ")!@#$%^&*(";
const IDLE_MS = 5000; // only to forget stray keys; a gun pauses for tenths of a second at most
const SHORTEST = 3;

export function character(event) {
  const { code, key, shiftKey } = event;
  if (/^[ -~]$/.test(key)) return key;
  if (code.startsWith("Key")) {
    const upper = shiftKey !== (event.getModifierState?.("CapsLock") ?? false);
    return upper ? code[3] : code[3].toLowerCase();
  }
  if (code.startsWith("Digit")) return shiftKey ? DIGITS[code[5]] : code[5];
  if (/^Numpad\d$/.test(code)) return code[6];
  return SIGNS[code]?.[shiftKey ? 1 : 0] ?? "";
}

export function ends(event) {
  return event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab";
}

function chord(event) {
  return event.ctrlKey || event.altKey || event.metaKey;
}

function editable(element) {
  if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT")
    return true;
  return (
    element.tagName === "INPUT" && !/^(button|submit|checkbox|radio|file|reset|image)$/.test(element.type)
  );
}

/** Keys struck while no field has the focus (there no input method is at work). Returns a function that stops listening. */
export function listenEverywhere({ onText, onProgress }) {
  let held = "";
  let timer;
  const forget = () => {
    held = "";
    onProgress("");
  };
  const hear = (event) => {
    if (chord(event) || editable(event.target)) return;
    clearTimeout(timer);
    if (ends(event)) {
      const text = held.trim();
      held = "";
      if (text.length < SHORTEST) return;
      event.preventDefault();
      event.stopPropagation();
      onText(text);
      return;
    }
    const sign = character(event);
    if (!sign || (sign === " " && !held)) return;
    event.preventDefault();
    held += sign;
    onProgress(held);
    timer = setTimeout(forget, IDLE_MS);
  };
  document.addEventListener("keydown", hear, true);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("keydown", hear, true);
  };
}

/** Keys struck in the field itself: what an input method swallowed is put back when the reading ends. */
export function listenIn(input, { onText }) {
  let shadow = ""; // null once the text was edited in a way keys alone do not tell
  let swallowed = false;
  const reset = () => {
    shadow = input.value ? null : "";
    swallowed = false;
  };
  input.addEventListener("focus", reset);
  input.addEventListener("paste", () => {
    shadow = null;
  });
  input.addEventListener(
    "keydown",
    (event) => {
      if (chord(event)) return;
      if (event.isComposing || event.keyCode === 229) swallowed = true;
      if (event.code === "Enter" || event.code === "NumpadEnter") {
        event.preventDefault();
        const text = swallowed && shadow ? shadow : input.value;
        input.blur(); // ends a composition before the text is set
        input.value = text.trim();
        reset();
        if (text.trim()) onText(text.trim());
        return;
      }
      if (!input.value && !event.isComposing && !swallowed) shadow = "";
      const sign = character(event);
      if (sign && shadow !== null) shadow += sign;
      else if (event.code === "Backspace" && shadow) shadow = shadow.slice(0, -1);
      else if (!event.code.startsWith("Shift") && event.code !== "CapsLock" && event.code !== "Tab")
        shadow = null;
    },
    true,
  );
}
