// A form marked data-guard warns before typed content is lost; no form is sent twice by a double tap.
import { t } from "./texts.js";

const HOLD_MS = 8000; // after that a lost connection may be tried again by hand
const dirty = new Set();
const sending = new WeakMap();

function release(form) {
  clearTimeout(sending.get(form));
  sending.delete(form);
  form.removeAttribute("aria-busy");
}

function touched(event) {
  const form = event.target.form ?? event.target.closest?.("form");
  if (form?.hasAttribute("data-guard")) dirty.add(form);
}

document.addEventListener("input", touched);
document.addEventListener("change", touched);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented || form.method !== "post") return;
  dirty.delete(form);
  form.setAttribute("aria-busy", "true");
  sending.set(
    form,
    setTimeout(() => release(form), HOLD_MS),
  );
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) release(form);
});

window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (!dirty.size) return;
  event.preventDefault();
  event.returnValue = t("leave");
});
