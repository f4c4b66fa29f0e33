// <typed-answer data-ask="/address" data-field="id">: says under the field with that id what the server says of what is being
// typed there, as HTML. Without an answer it stays empty, and the form is sent as ever.
const PAUSE_MS = 120;

class TypedAnswer extends HTMLElement {
  connectedCallback() {
    if (this.ready) return; // its own moving connects it again
    this.ready = true;
    this.field = document.getElementById(this.dataset.field);
    if (!this.field) return;
    this.field.closest(".field")?.append(this);
    this.field.addEventListener("input", () => this.wait());
    if (this.field.value) this.ask();
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const typed = this.field.value.trim();
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.dataset.ask, location.href);
    url.searchParams.set("q", typed);
    try {
      const answer = await fetch(url, { signal: this.request.signal });
      const said = answer.ok && !answer.redirected ? await answer.text() : "";
      if (this.field.value.trim() === typed) this.innerHTML = said;
    } catch (error) {
      if (error.name !== "AbortError") this.replaceChildren();
    }
  }
}

customElements.define("typed-answer", TypedAnswer);
