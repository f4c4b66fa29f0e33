// <call-desk> around the intake of the rescue desk and its board: finds elevators while one types, keys for everything.
//   input[data-find]   GET data-find?q= answers the choices as HTML, put into #found-frame
//   [data-alerts]      says once what has turned red on the board
const PAUSE_MS = 120;

class CallDesk extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[data-find]");
    if (!this.field || this.ready) return;
    this.ready = true;
    this.known = this.red();
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), PAUSE_MS);
    });
    this.field.form.addEventListener("submit", (event) => this.send(event));
    this.field.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.anywhere(event));
    document.body.addEventListener("htmx:after:settle", () => this.alert());
  }

  async find() {
    const words = this.field.value.trim();
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.field.dataset.find, location.href);
    url.searchParams.set("q", words);
    this.finding = (async () => {
      try {
        const answer = await fetch(url, { signal: this.request.signal });
        if (answer.ok && this.field.value.trim() === words)
          this.querySelector("#found-frame").innerHTML = await answer.text();
        this.found = words;
      } catch (error) {
        // Without an offer the line still takes the call, by its place.
        if (error.name !== "AbortError") this.found = words;
      }
    })();
    await this.finding;
  }

  // Enter straight after the last digit: the call goes to the elevator of this line, not of the one before.
  async send(event) {
    if (this.field.value.trim() === (this.found ?? this.field.defaultValue.trim())) return;
    event.preventDefault();
    clearTimeout(this.timer);
    await this.find();
    if (this.field.value.trim() === this.found) this.field.form.requestSubmit(event.submitter ?? undefined);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.step("elevator", event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      this.field.value = "";
      this.find();
    }
  }

  anywhere(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const acts = {
      F2: () => this.field.select(),
      F4: () => this.step("kind", 1),
      F8: () => this.querySelector(".call-card a")?.click(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  step(name, by) {
    const all = [...this.querySelectorAll(`input[name="${name}"]`)];
    if (!all.length) return;
    const now = all.findIndex((input) => input.checked);
    const next = all[(now + by + all.length) % all.length];
    next.checked = true;
    next.closest("label").scrollIntoView({ block: "nearest" });
  }

  red() {
    return new Set(
      [...this.querySelectorAll("[data-red]")].map(
        (card) => `${card.dataset.red} ${card.querySelector("a").textContent}`,
      ),
    );
  }

  alert() {
    const now = this.red();
    const fresh = [...now].filter((each) => !this.known.has(each));
    this.known = now;
    const line = this.querySelector("[data-alerts]");
    if (fresh.length) line.textContent = line.dataset.text + fresh.join("; ");
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (now.size) document.title = `(${now.size}) ${document.title}`;
  }
}

customElements.define("call-desk", CallDesk);
