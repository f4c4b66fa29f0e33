// <call-clock data-left="95">1:35</call-clock>: seconds that run down by themselves, red and negative when they are over.
// Emits "due" on the second a clock runs out, so that whoever shows it asks the registry anew.
const SECOND = 1000;

function text(seconds) {
  const s = Math.abs(seconds);
  return `${seconds < 0 ? "-" : ""}${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

class CallClock extends HTMLElement {
  static observedAttributes = ["data-left"];

  // A page that is brought up to date in place sets the clock and leaves the element.
  attributeChangedCallback() {
    this.end = performance.now() + Number(this.dataset.left) * SECOND;
    this.before = Number(this.dataset.left);
  }

  connectedCallback() {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), SECOND);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const left = Math.round((this.end - performance.now()) / SECOND);
    this.textContent = text(left);
    this.classList.toggle("is-late", left < 0);
    if (this.before > 0 && left <= 0) this.dispatchEvent(new CustomEvent("due", { bubbles: true }));
    this.before = left;
  }
}

customElements.define("call-clock", CallClock);
