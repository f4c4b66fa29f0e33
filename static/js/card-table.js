// <card-table> around a table: on a narrow screen each row becomes a card that names its cells by the column headings.
// A cell without words still says something by these; any other is left out of its card, with its heading.
const SHOWN = "input, select, img, svg, canvas, video";

class CardTable extends HTMLElement {
  connectedCallback() {
    this.label();
    this.observer = new MutationObserver(() => this.label());
    const body = this.querySelector("tbody");
    if (body) this.observer.observe(body, { childList: true });
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  label() {
    const heads = [...this.querySelectorAll("thead th")].map((head) =>
      head.textContent.replace(/[↑↓]/g, "").trim(),
    );
    for (const row of this.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, index) => {
        if (!cell.hasAttribute("data-label") && cell.colSpan === 1) cell.dataset.label = heads[index] ?? "";
        cell.classList.toggle("is-blank", !cell.textContent.trim() && !cell.querySelector(SHOWN));
      });
    }
    this.classList.add("as-cards");
  }
}

customElements.define("card-table", CardTable);
