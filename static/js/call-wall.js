// <call-wall data-src data-lost data-out> around #wall-picture and a line for trouble: asks for the picture anew, and while nobody
// answers keeps the last one with its clocks running and says since when. <call-age data-age="95">: seconds that run up.
// <wall-time>: the time of day.
import { cityTime } from "./city-time.js";

const PAUSE_MS = 5000;
const PATIENCE_MS = 8000;
const SECOND = 1000;

const two = (value) => String(value).padStart(2, "0");
const hour = (at) => cityTime(at).slice(11, 16);

class CallWall extends HTMLElement {
  connectedCallback() {
    this.line = this.querySelector("[role=alert]");
    this.picture = this.querySelector("#wall-picture");
    this.last = new Date();
    this.timer = setInterval(() => this.ask(), PAUSE_MS);
    this.addEventListener("due", () => this.ask());
    addEventListener("online", () => this.ask());
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(this.dataset.src, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
      if (answer.redirected || answer.status === 401) this.say(this.dataset.out);
      else if (answer.ok) this.show(await answer.text());
      else this.lost();
    } catch {
      this.lost();
    } finally {
      this.asking = false;
    }
  }

  show(html) {
    const fresh = document.createElement("div");
    fresh.innerHTML = html;
    if (!fresh.querySelector(".call-wall-sums")) return this.lost(); // a gateway's own page
    this.picture.replaceChildren(...fresh.childNodes);
    this.last = new Date();
    this.say("");
  }

  lost() {
    this.say(this.dataset.lost.replace("{time}", hour(this.last)));
  }

  say(text) {
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.hidden = !text;
    this.classList.toggle("is-lost", Boolean(text));
  }
}

class CallAge extends HTMLElement {
  connectedCallback() {
    this.begun = performance.now() - Number(this.dataset.age) * SECOND;
    this.timer = setInterval(() => this.tick(), SECOND);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const s = Math.round((performance.now() - this.begun) / SECOND);
    this.textContent = `${Math.floor(s / 60)}:${two(s % 60)}`;
  }
}

class WallTime extends HTMLElement {
  connectedCallback() {
    this.tick();
    this.timer = setInterval(() => this.tick(), SECOND);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    this.textContent = cityTime(new Date());
  }
}

customElements.define("call-wall", CallWall);
customElements.define("call-age", CallAge);
customElements.define("wall-time", WallTime);
