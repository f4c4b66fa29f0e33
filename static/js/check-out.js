// <check-out data-failed="…"> around the geo-position of a check-out: takes the position when the form is sent, because one
// taken earlier would not show where the worker left. Without a fix the second press sends the form as it is.
import "./geo-position.js";

const LOOK_MS = 200;

class CheckOut extends HTMLElement {
  connectedCallback() {
    this.geo = this.querySelector("geo-position");
    this.form = this.closest("form");
    this.hold = (event) => this.wait(event);
    this.form?.addEventListener("submit", this.hold);
  }

  disconnectedCallback() {
    this.form?.removeEventListener("submit", this.hold);
  }

  get located() {
    return Boolean(this.querySelector('[data-geo="latitude"]')?.value);
  }

  async wait(event) {
    if (event.defaultPrevented || !this.geo || this.located || this.tried) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.busy) return;
    this.busy = true;
    this.scrollIntoView({ block: "center" });
    this.geo.locate();
    while (this.geo.watch != null) await new Promise((next) => setTimeout(next, LOOK_MS));
    this.busy = false;
    this.tried = true;
    if (this.located) this.form.requestSubmit(event.submitter ?? undefined);
    else this.querySelector("[data-failed]").hidden = false;
  }
}

customElements.define("check-out", CheckOut);
