// <scan-lines> around a <qr-scanner data-continuous> and a textarea[data-lines] in a form: every reading becomes a line
// once, and the button[data-check] is pressed, so that each cylinder is answered as it is scanned.
class ScanLines extends HTMLElement {
  connectedCallback() {
    this.addEventListener("scan", (event) => {
      event.preventDefault();
      this.add(event.detail.text.trim());
    });
  }

  add(text) {
    const list = this.querySelector("textarea");
    const scanned = this.querySelector("qr-scanner input");
    const lines = list.value.split("\n").filter((line) => line.trim());
    if (text && !lines.includes(text)) lines.push(text);
    list.value = lines.join("\n");
    list.dispatchEvent(new Event("input", { bubbles: true }));
    scanned.value = "";
    this.closest("form")?.querySelector("button[data-check]")?.click();
  }
}

customElements.define("scan-lines", ScanLines);
