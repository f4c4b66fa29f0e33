// Every page: partial pages and the small elements.
import "htmx.org";
import "./nav-toggle.js";
import "./form-guard.js";
import "./card-table.js";
import "./check-out.js";
import "./confirm-button.js";
import "./code-picker.js";
import "./geo-position.js";
import "./item-list.js";
import "./photo-input.js";
import "./signature-pad.js";
import "./speak-verdict.js";

document.querySelector("[data-focus]")?.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
