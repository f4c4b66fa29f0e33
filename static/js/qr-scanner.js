// <qr-scanner [data-wedge] [data-autosubmit] [data-continuous]> around a text input in a form.
// Reads by camera, by picture, by gun and by hand; every reading fills the input and emits a cancelable
// "scan" {text, source: camera|picture|gun|typed}; with data-autosubmit the form is sent unless the event was cancelled.
import { CameraError, decode, hasTorch, openCamera, setTorch } from "./camera.js";
import { button, icon, make } from "./dom.js";
import { beep } from "./sound.js";
import { t } from "./texts.js";
import { listenEverywhere, listenIn } from "./wedge.js";

const FRAME_MS = 100;
const SAME_MS = 3000;

class QrScanner extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.input = this.querySelector("input");
    this.build();
    listenIn(this.input, { onText: (text) => this.found(text, "typed") });
    if (this.hasAttribute("data-wedge")) this.listen();
    this.hidden_ = () => document.hidden && this.close();
    document.addEventListener("visibilitychange", this.hidden_);
  }

  disconnectedCallback() {
    this.close();
    this.stopListening?.();
    document.removeEventListener("visibilitychange", this.hidden_);
  }

  build() {
    this.line = make("p", { class: "scanner-line", role: "status", tabindex: "-1" });
    this.open = button(t("scan.start"), { symbol: "camera" });
    this.open.addEventListener("click", () => (this.stream ? this.close() : this.start()));
    this.torch = button(t("scan.torch"), { symbol: "bulb", hidden: true, "aria-pressed": "false" });
    this.torch.addEventListener("click", () => this.light());
    this.video = make("video", { playsinline: true, muted: true });
    this.video.muted = true;
    this.view = make("div", { class: "scanner-view", hidden: true }, [
      this.video,
      make("div", { class: "scanner-aim" }),
    ]);
    this.append(
      this.view,
      make("div", { class: "scanner-buttons" }, [this.open, this.torch, this.picture()]),
      this.line,
    );
  }

  picture() {
    const file = make("input", {
      type: "file",
      accept: "image/*",
      capture: "environment",
      class: "visually-hidden",
    });
    file.addEventListener("change", async () => {
      if (!file.files[0]) return;
      try {
        const text = await decode(await createImageBitmap(file.files[0]));
        if (text) this.found(text, "picture");
        else this.say("scan.none", "warn");
      } catch (error) {
        this.complain(error);
      }
      file.value = "";
    });
    return make("label", { class: "btn" }, [icon("photo"), make("span", {}, [t("scan.picture")]), file]);
  }

  listen() {
    // With the focus in the field an input method would be at work; outside it none is.
    if (document.activeElement === this.input) this.input.blur();
    this.say("scan.ready", "good");
    this.stopListening = listenEverywhere({
      onText: (text) => this.found(text, "gun"),
      onProgress: (text) => {
        this.input.value = text;
        this.say(text ? "scan.receiving" : "scan.ready", text ? "muted" : "good");
      },
    });
  }

  say(key, tone = "muted", values = {}) {
    this.line.textContent = t(key, values);
    this.line.className = `scanner-line text-${tone}`;
  }

  complain(error) {
    const reason = error instanceof CameraError ? error.reason : "other";
    this.say(`scan.error.${reason}`, "bad", { reason: error.message || error.name });
    this.close();
  }

  async start() {
    this.say("scan.starting");
    this.view.hidden = false;
    try {
      this.stream = await openCamera(this.video);
      this.label();
      this.say("scan.looking");
      await this.watch(this.stream);
    } catch (error) {
      this.complain(error);
    }
  }

  async watch(stream) {
    while (this.stream === stream) {
      const text = this.video.readyState >= 2 ? await decode(this.video) : null;
      if (text && this.stream === stream) this.found(text, "camera");
      await new Promise((next) => setTimeout(next, FRAME_MS));
    }
  }

  label() {
    this.open.querySelector("span").textContent = t(this.stream ? "scan.stop" : "scan.start");
    this.torch.hidden = !(this.stream && hasTorch(this.stream));
  }

  async light() {
    const on = this.torch.getAttribute("aria-pressed") !== "true";
    await setTorch(this.stream, on).catch(() => {});
    this.torch.setAttribute("aria-pressed", String(on));
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.view.hidden = true;
    this.label();
  }

  found(text, source) {
    const now = Date.now();
    if (source === "camera" && text === this.last && now - this.lastAt < SAME_MS) return;
    [this.last, this.lastAt] = [text, now];
    this.input.value = text;
    this.say("scan.found", "good", { code: text });
    if (source !== "typed") beep("read");
    if (!this.hasAttribute("data-continuous")) this.close();
    const event = new CustomEvent("scan", { bubbles: true, cancelable: true, detail: { text, source } });
    const wanted = this.dispatchEvent(event);
    if (wanted && (this.hasAttribute("data-autosubmit") || source === "typed"))
      this.input.form?.requestSubmit();
  }
}

customElements.define("qr-scanner", QrScanner);
