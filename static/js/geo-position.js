// <geo-position data-goal="30" [data-auto]> around hidden inputs data-geo="latitude|longitude|accuracy" (degrees WGS-84, metres).
// Keeps the best fix until the error is within the goal or the time is up. Emits "position" {latitude, longitude, accuracy}.
import { button, make } from "./dom.js";
import { t } from "./texts.js";

const WAIT_MS = 20000;
const REASONS = { 1: "denied", 2: "unavailable", 3: "timeout" };

class GeoPosition extends HTMLElement {
  connectedCallback() {
    if (this.start) return;
    this.start = button(t("geo.start"), { symbol: "current-location" });
    this.line = make("span", { class: "geo-line", role: "status" });
    this.start.addEventListener("click", () => this.locate());
    this.append(this.start, this.line);
    if (this.hasAttribute("data-auto")) this.locate();
  }

  disconnectedCallback() {
    this.stop();
  }

  say(key, tone, values) {
    this.line.textContent = t(key, values);
    this.line.className = `geo-line text-${tone}`;
  }

  locate() {
    if (!window.isSecureContext) return this.say("geo.error.insecure", "bad");
    if (!navigator.geolocation) return this.say("geo.error.unsupported", "bad");
    this.stop();
    this.best = null;
    this.say("geo.locating", "muted");
    this.watch = navigator.geolocation.watchPosition(
      ({ coords }) => this.take(coords),
      (error) => this.fail(error),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 0 },
    );
    this.timer = setTimeout(() => this.stop(), WAIT_MS);
  }

  take(coords) {
    if (this.best && coords.accuracy >= this.best.accuracy) return;
    const { latitude, longitude, accuracy } = coords;
    this.best = { latitude, longitude, accuracy: Math.ceil(accuracy) };
    const sent = {
      latitude: latitude.toFixed(6),
      longitude: longitude.toFixed(6),
      accuracy: this.best.accuracy,
    };
    for (const [name, value] of Object.entries(sent)) {
      const input = this.querySelector(`[data-geo="${name}"]`);
      if (input) input.value = value;
    }
    const good = accuracy <= Number(this.dataset.goal || 30);
    this.say(good ? "geo.found" : "geo.coarse", good ? "good" : "warn", { metres: this.best.accuracy });
    this.start.querySelector("span").textContent = t("geo.again");
    this.dispatchEvent(new CustomEvent("position", { bubbles: true, detail: this.best }));
    if (good) this.stop();
  }

  fail(error) {
    // A later refusal must not talk over a fix that is already in the form.
    if (!this.best) this.say(`geo.error.${REASONS[error.code] ?? "unavailable"}`, "bad");
    this.stop();
  }

  stop() {
    clearTimeout(this.timer);
    if (this.watch != null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }
}

customElements.define("geo-position", GeoPosition);
