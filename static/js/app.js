// Every page: partial pages and the small elements.
import "htmx.org";
import "./nav-toggle.js";
import "./form-guard.js";
import "./call-clock.js";
import "./call-desk.js";
import "./call-wall.js";
import "./card-table.js";
import "./check-out.js";
import "./confirm-button.js";
import "./desk-board.js";
import "./code-picker.js";
import "./geo-position.js";
import "./item-list.js";
import "./kept/kept-form.js";
import "./kept/kept-notice.js";
import "./photo-input.js";
import "./signature-pad.js";
import "./speak-verdict.js";
import "./typed-answer.js";
import { device } from "./device.js";

document.querySelector("[data-focus]")?.focus();

// When something happened is when it was pressed, not when it could be sent.
document.addEventListener(
  "submit",
  ({ target }) => {
    for (const input of target.querySelectorAll("[data-phone-at], [name=phone_at]"))
      input.value = new Date().toISOString();
  },
  true,
);

// The use unit's word says on which phone it was given.
for (const input of document.querySelectorAll("input[data-device]")) input.value = device() ?? "";

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

// Who signs in or out may be somebody else than the pages without a network last knew: they ask before they show anything.
document.addEventListener("submit", ({ target }) => {
  if (!/\/account\/(sign-in|sign-out|switch)/.test(target.action)) return;
  for (const page of ["field", "gun", "forms"]) localStorage.setItem(`${page}.check`, "1");
});
