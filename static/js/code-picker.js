// <code-picker data-url="/…"> around a text input: offers what GET url?q= answers, {"items": [{"value", "label"}]}.
import { make } from "./dom.js";

const PAUSE_MS = 250;
let count = 0;

class CodePicker extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.list) return;
    count += 1;
    this.list = make("datalist", { id: `picker-${count}` });
    this.append(this.list);
    input.setAttribute("list", this.list.id);
    input.setAttribute("autocomplete", "off");
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(input.value.trim()), PAUSE_MS);
    });
  }

  async look(words) {
    if (!words) return;
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("q", words);
    try {
      const answer = await fetch(url, {
        headers: { Accept: "application/json" },
        signal: this.request.signal,
      });
      if (!answer.ok) return;
      const { items } = await answer.json();
      this.list.replaceChildren(...items.map(({ value, label }) => make("option", { value, label })));
    } catch (error) {
      // Without an offer the code can still be typed in full.
      if (error.name !== "AbortError") this.list.replaceChildren();
    }
  }
}

customElements.define("code-picker", CodePicker);
