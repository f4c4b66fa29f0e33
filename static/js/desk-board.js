// <desk-board data-minutes="5"> around parts that renew themselves: [data-part="/address"], with data-every="12" at every
// twelfth time only. Quiet: a part is drawn anew only when it says something else, the place on the page, what is open and
// the focus stay. Nothing is asked while nobody can see the page; coming back asks at once when it is time.
//   [data-said]   when the parts were asked last, or why they could not be
//   [data-now]    a button: ask now
import { t } from "./texts.js";

const MINUTE = 60_000;
const RETRY = MINUTE;

class DeskBoard extends HTMLElement {
  connectedCallback() {
    if (this.started) return;
    this.started = true;
    this.span = Math.max(1, Number(this.dataset.minutes) || 5) * MINUTE;
    this.round = 0;
    this.texts = new Map();
    this.seen = () => this.look();
    document.addEventListener("visibilitychange", this.seen);
    this.querySelector("[data-now]")?.addEventListener("click", () => this.renew(true));
    this.renew(true);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
    this.started = false;
  }

  look() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    this.timer = setTimeout(() => this.renew(), Math.max(0, (this.due ?? 0) - Date.now()));
  }

  async renew(all = false) {
    if (this.busy || document.hidden) return;
    this.busy = true;
    const round = this.round++;
    const parts = [...this.querySelectorAll("[data-part]")].filter(
      ({ dataset }) => all || round % Number(dataset.every ?? 1) === 0,
    );
    const answers = await Promise.all(parts.map((part) => this.ask(part)));
    const problem = answers.find((answer) => answer);
    this.due = Date.now() + (problem ? RETRY : this.span);
    this.busy = false;
    this.say(problem);
    if (problem !== "ended") this.look();
  }

  async ask(part) {
    try {
      const answer = await fetch(part.dataset.part, { headers: { "HX-Request": "true" } });
      if (answer.redirected) return "ended";
      if (!answer.ok) return "failed";
      const text = await answer.text();
      if (this.texts.get(part) !== text) this.draw(part, text);
      this.texts.set(part, text);
      return null;
    } catch {
      return "failed";
    } finally {
      part.removeAttribute("aria-busy");
    }
  }

  draw(part, text) {
    const place = [scrollX, scrollY];
    const focused = part.contains(document.activeElement) ? address(part, document.activeElement) : null;
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    part.innerHTML = text;
    [...part.querySelectorAll("details")].forEach((details, index) => {
      details.open = open[index] ?? details.open;
    });
    if (focused) found(part, focused)?.focus({ preventScroll: true });
    scrollTo(...place);
  }

  say(problem) {
    const said = this.querySelector("[data-said]");
    if (!said) return;
    if (!problem) {
      const now = new Date();
      const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
      this.last = time.map((number) => String(number).padStart(2, "0")).join(":");
    }
    said.textContent = problem
      ? t(`board.${problem}`, { time: this.last ?? "—" })
      : t("board.renewed", { time: this.last, minutes: this.span / MINUTE });
    said.classList.toggle("is-late", Boolean(problem));
  }
}

// What has the focus, said so that it is found again after the part was drawn anew.
function address(part, element) {
  const alike = [...part.querySelectorAll(element.localName)];
  return {
    id: element.id,
    href: element.getAttribute("href"),
    name: element.localName,
    index: alike.indexOf(element),
  };
}

function found(part, { id, href, name, index }) {
  if (id) return part.querySelector(`#${CSS.escape(id)}`);
  const alike = [...part.querySelectorAll(name)];
  return alike.find((element) => href && element.getAttribute("href") === href) ?? alike[index];
}

customElements.define("desk-board", DeskBoard);
