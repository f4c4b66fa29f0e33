// <item-list [data-group-button]> around fieldsets of radios (normal, abnormal, fixed, na): shows the note where one is due,
// counts what is answered, and stops a form that leaves an item open. Without it the radios and notes work as they stand.
// Other lists name the answers that need a note, the bad one first: data-noted="not_ok impossible".
import { button, make } from "./dom.js";
import { t } from "./texts.js";

const NOTE_NEEDED = ["abnormal", "na"];
const NOTE_OFFERED = [...NOTE_NEEDED, "fixed"];

class ItemList extends HTMLElement {
  connectedCallback() {
    if (this.line) return;
    this.items = [...this.querySelectorAll("fieldset.item")];
    this.needed = this.dataset.noted?.split(" ") ?? NOTE_NEEDED;
    this.offered = this.dataset.noted?.split(" ") ?? NOTE_OFFERED;
    this.line = make("p", { class: "items-progress", role: "status" });
    this.bar = make("progress", { max: this.items.length, "aria-hidden": "true" });
    this.append(make("div", { class: "items-foot" }, [this.bar, this.line]));
    if (this.hasAttribute("data-group-button")) this.offerGroups();
    this.addEventListener("change", () => this.refresh());
    this.form = this.closest("form");
    this.check = (event) => this.refuse(event);
    this.form?.addEventListener("submit", this.check, true);
    this.refresh();
  }

  disconnectedCallback() {
    this.form?.removeEventListener("submit", this.check, true);
  }

  answer(item) {
    return item.querySelector("input[type=radio]:checked")?.value;
  }

  offerGroups() {
    for (const group of this.querySelectorAll(".item-group")) {
      const rest = button(t("items.group"), { symbol: "check", tone: "sm" });
      rest.addEventListener("click", () => {
        for (const item of group.querySelectorAll("fieldset.item")) {
          if (!this.answer(item)) item.querySelector("input[value=normal]").checked = true;
        }
        this.dispatchEvent(new Event("change", { bubbles: true }));
      });
      group.querySelector("h2").append(rest);
    }
  }

  refresh() {
    let done = 0;
    let abnormal = 0;
    for (const item of this.items) {
      const answer = this.answer(item);
      const note = item.querySelector(".item-note");
      note.hidden = !this.offered.includes(answer);
      note.required = this.needed.includes(answer);
      if (!note.hidden && !this.dataset.noted) note.placeholder = t(`items.note.${answer}`);
      item.classList.toggle("answered", Boolean(answer));
      if (answer) item.classList.remove("field-bad");
      done += answer ? 1 : 0;
      abnormal += answer === this.needed[0] ? 1 : 0;
    }
    this.bar.value = done;
    const lines = [t("items.progress", { done, total: this.items.length })];
    if (abnormal) lines.push(t("items.abnormal", { count: abnormal }));
    this.line.textContent = lines.join(" · ");
  }

  lacking(item) {
    const note = item.querySelector(".item-note");
    return !this.answer(item) || (note.required && !note.value.trim());
  }

  refuse(event) {
    if (event.submitter?.formNoValidate) return; // a draft may have gaps
    const open = this.items.filter((item) => this.lacking(item));
    for (const item of this.items) item.classList.toggle("field-bad", open.includes(item));
    if (!open.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.line.textContent = t("items.missing", { count: open.length });
    open[0].scrollIntoView({ block: "center" });
    const note = open[0].querySelector(".item-note");
    (this.answer(open[0]) ? note : open[0].querySelector("input[type=radio]")).focus({ preventScroll: true });
  }
}

customElements.define("item-list", ItemList);
