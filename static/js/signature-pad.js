// <signature-pad data-label="…" [data-required]> with a hidden input: strokes become a PNG data URL. Emits "change" on the input.
// show(value) draws a signature that was kept.
import { button, make } from "./dom.js";
import { t } from "./texts.js";

const PEN = 2.5;
const RATIO = 2; // drawn at twice the size shown, sharp on paper without being large

/** The content of a data: address; fetch() of one is against the content policy. */
export function contentOf(address) {
  const [head, body] = address.split(",");
  const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5, head.indexOf(";")) });
}

class SignaturePad extends HTMLElement {
  connectedCallback() {
    if (this.canvas) return;
    this.input = this.querySelector("input[type=hidden]");
    this.strokes = [];
    this.canvas = make("canvas", {
      class: "sign-canvas",
      tabindex: "0",
      role: "img",
      "aria-label": this.dataset.label,
    });
    this.line = make("span", { class: "sign-line", role: "status" }, [t("sign.here")]);
    const clear = button(t("sign.clear"), { symbol: "refresh" });
    clear.addEventListener("click", () => this.clear());
    this.append(this.canvas, make("div", { class: "sign-foot" }, [this.line, clear]));
    this.listen();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    this.form?.removeEventListener("submit", this.check, true);
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke = [this.point(event)];
      this.strokes.push(this.stroke);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.stroke) return;
      for (const move of event.getCoalescedEvents?.() ?? [event]) this.stroke.push(this.point(move));
      this.draw();
    });
    for (const name of ["pointerup", "pointercancel"])
      this.canvas.addEventListener(name, () => this.finish());
    this.form = this.closest("form");
    this.check = (event) => this.refuse(event);
    this.form?.addEventListener("submit", this.check, true);
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.canvas.width = width * RATIO;
    this.canvas.height = height * RATIO;
    const pen = this.canvas.getContext("2d");
    pen.scale(RATIO, RATIO);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height);
    if (this.kept) pen.drawImage(this.kept, 0, 0, width, height);
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#111" });
    for (const [first, ...rest] of this.strokes) {
      pen.beginPath();
      pen.moveTo(...first);
      for (const point of rest) pen.lineTo(...point);
      if (!rest.length) pen.lineTo(first[0] + 0.1, first[1]);
      pen.stroke();
    }
  }

  finish() {
    if (!this.stroke) return;
    this.stroke = null;
    this.draw();
    this.store(this.canvas.toDataURL("image/png"), t("sign.done"));
  }

  /** A signature drawn before, a PNG data URL; it stays until it is drawn anew. */
  async show(value) {
    this.kept = await createImageBitmap(contentOf(value));
    this.strokes = [];
    this.input.value = value;
    this.line.textContent = t("sign.done");
    this.draw();
  }

  clear() {
    this.strokes = [];
    this.kept = null;
    this.draw();
    this.store("", t("sign.here"));
  }

  store(value, text) {
    this.input.value = value;
    this.line.textContent = text;
    this.classList.remove("field-bad");
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  refuse(event) {
    if (!this.hasAttribute("data-required") || this.input.value || event.submitter?.formNoValidate) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.line.textContent = t("sign.required");
    this.classList.add("field-bad");
    this.canvas.focus();
  }
}

customElements.define("signature-pad", SignaturePad);
