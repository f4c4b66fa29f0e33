// <kept-form data-key data-member data-name data-label data-purpose [data-scope] [data-hours]> around a form that must not be lost: what is
// typed, photographed and signed lies in this person's own store from the first stroke, through a refusal, a reload, a dead
// tab and a dead line. It is sent from the store, once. data-scope: the page itself opens without a network there,
// with data-hours for so long only; it goes when no such form stands on it any more.
import { ask } from "../ask.js";
import { button, make } from "../dom.js";
import { hold } from "../offline/alone.js";
import { shown } from "../offline/clock.js";
import { speakFor } from "../offline/contact.js";
import { t } from "../texts.js";
import { dropKept, fill, valuesOf } from "./fields.js";
import { inputsOf, putBack, take } from "./files.js";
import { keepSending, queue } from "./send.js";
import { CHECK, dropPage, keepPage, note, OWNER, openStore, store, tidy } from "./store.js";

const PAUSE_MS = 250;
const HELD_TRIES = 10;
const SECOND_TAP_MS = 800;
const held = new Map();

/** Without these nothing can be kept, and the form is sent as forms are. */
function canKeep() {
  return window.isSecureContext && "indexedDB" in window && "serviceWorker" in navigator;
}

async function holdAlone(key) {
  for (let tries = 0; tries < HELD_TRIES && !held.has(key); tries++) {
    const release = await hold(`form ${key}`);
    if (release) held.set(key, release);
    else await new Promise((next) => setTimeout(next, PAUSE_MS)); // a tab that died lets go of it in a moment
  }
  return held.has(key);
}

class KeptForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (this.line || !this.form || !canKeep()) return;
    this.form.removeAttribute("data-guard");
    this.key = this.dataset.key;
    this.files = {};
    this.pending = Promise.resolve();
    this.line = make("p", { class: "kept-line", role: "status" });
    this.panel = make("div", { class: "kept-panel", role: "status", hidden: true });
    this.prepend(this.panel, this.line);
    this.opened = this.open().catch((error) => this.fail(error));
    this.listen();
  }

  disconnectedCallback() {
    if (!this.dataset.scope || !this.opened) return;
    const address = location.pathname + location.search;
    // Whoever moves a form takes it out and puts it in again.
    setTimeout(() => document.querySelector("kept-form[data-scope]") || dropPage(address), PAUSE_MS);
  }

  async open() {
    const { member } = this.dataset;
    if (!document.documentElement.dataset.shell) {
      localStorage.setItem(OWNER, member);
      localStorage.removeItem(CHECK);
    }
    speakFor(member);
    await openStore(member);
    if (!(await holdAlone(this.key))) {
      this.form.inert = true;
      this.line.textContent = t("kept.elsewhere");
      this.stopped = true;
      return;
    }
    let record = await store.record(this.key);
    if (record?.state === "sent") {
      await store.forget(this.key);
      record = null;
    }
    if (record) await this.restore(record);
    store.onStored(() => this.look());
    queue.onChange(() => this.look());
    for (const change of ["online", "offline"]) window.addEventListener(change, () => this.look());
    await this.look();
    this.keepPage().catch(() => {}); // without a network it is there already, or never was
    await tidy();
    keepSending();
  }

  async restore(record) {
    this.files = record.files;
    dropKept(this.form);
    fill(this.form, record.values);
    await putBack(this.form, record.files);
    const summary = this.form.querySelector(".error-summary");
    if (summary) this.line.textContent = t("kept.kept");
    else if (record.state !== "waiting") this.tellKept(record);
    if (record.failure && !summary) this.tellWhy(record.failure);
  }

  tellKept({ made }) {
    const again = button(t("kept.clear"), { tone: "sm" });
    again.addEventListener("click", () => this.clear());
    this.line.replaceChildren(t("kept.back", { moment: shown(made) }), " ", again);
  }

  tellWhy({ sentences }) {
    const lines = sentences.map((text) => make("li", {}, [text]));
    const list = [make("h2", {}, [t("kept.refused")]), make("ul", {}, lines)];
    this.form.prepend(make("div", { class: "error-summary", role: "alert" }, list));
  }

  async clear() {
    const words = { go: t("kept.clear"), stay: t("cancel"), tone: "danger" };
    if (!(await ask(t("kept.clear.sure"), words))) return;
    this.stopped = true;
    await this.pending;
    await store.forget(this.key);
    await note();
    location.reload();
  }

  listen() {
    this.addEventListener("input", () => this.soon());
    this.addEventListener("position", () => this.soon());
    this.addEventListener("change", ({ target }) => {
      if (target.type !== "file") this.queued(() => this.save());
      else if (!target.closest("photo-input")) this.queued(() => this.saveFiles(target));
    });
    this.addEventListener("photos", ({ target }) => {
      this.queued(() => this.saveFiles(target.querySelector("input[type=file]")));
    });
    // After what the form's own elements have against it, and after they have put their last touch to it.
    this.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.now());
    window.addEventListener("pagehide", () => this.timer && this.now());
  }

  /** One after the other, so that the last one is the one that stays. */
  queued(work) {
    const next = async () => {
      await this.opened;
      if (!this.stopped && this.isConnected) await work();
    };
    this.pending = this.pending.then(next).catch((error) => this.fail(error));
    return this.pending;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE_MS);
  }

  now() {
    clearTimeout(this.timer);
    this.timer = null;
    return this.queued(() => this.save());
  }

  async saveFiles(input) {
    const { ids, gone } = await take(this.key, this.dataset.purpose, input, this.files[input.name]);
    this.files = { ...this.files, [input.name]: ids };
    await this.save();
    for (const id of gone) await store.dropPicture(id);
  }

  async save(more = {}) {
    const draft = {
      ref: this.key,
      state: "draft",
      made: new Date().toISOString(),
      name: this.dataset.name,
      label: this.dataset.label,
      address: location.pathname + location.search,
      action: new URL(this.form.getAttribute("action") || location.href, location.href).href,
      values: valuesOf(this.form),
      files: this.files,
      failure: null,
      body: null,
      gone: false,
      ...more,
    };
    const found = await store.alter(this.key, (stored) =>
      ["waiting", "sent"].includes(stored?.state) ? undefined : draft,
    );
    await note();
    if (!this.line.textContent) this.line.textContent = t("kept.kept");
    return found;
  }

  submit(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const { name, value } = event.submitter ?? {};
    clearTimeout(this.timer);
    this.queued(async () => {
      const body = valuesOf(this.form);
      if (name) body.push([name, value]);
      for (const input of inputsOf(this.form))
        for (const picture of this.files[input.name] ?? []) body.push([input.name, { picture }]);
      await this.save({ state: "waiting", body });
      await this.look();
      window.scrollTo(0, 0);
      keepSending();
    });
  }

  /** Shows where the form stands, and goes on when the registry has answered. */
  async look() {
    if (!this.isConnected || this.stopped) return;
    const record = await store.record(this.key);
    if (record?.state === "sent") return this.arrived(record);
    const waiting = record?.state === "waiting";
    if (record?.state === "failed" && this.waited) return this.refused(record);
    if (waiting && !this.waited) this.since = performance.now();
    this.waited = waiting;
    this.form.hidden = waiting;
    this.line.hidden = waiting;
    this.panel.hidden = !waiting && navigator.onLine;
    this.enable(!waiting);
    if (waiting) this.panel.replaceChildren(...this.standing(record));
    else this.panel.replaceChildren(make("p", {}, [t("kept.offline")]));
  }

  /** The button that sends the form may stand outside it. */
  enable(may) {
    for (const pressed of document.querySelectorAll(`button[form="${this.form.getAttribute("id")}"]`))
      pressed.disabled = !may;
  }

  standing({ gone }) {
    const why = queue.whyStopped();
    const lines = [make("strong", {}, [t("kept.stored")])];
    if (why === "signed-out") {
      const next = encodeURIComponent(location.pathname + location.search);
      lines.push(
        make("p", {}, [t("kept.signed_out")]),
        make("a", { class: "btn btn-primary", href: `/account/sign-in?next=${next}` }, [t("kept.sign_in")]),
      );
    } else if (why === "other") lines.push(make("p", {}, [t("kept.other")]));
    else
      lines.push(make("p", {}, [t(navigator.onLine && queue.isSending() ? "kept.sending" : "kept.waits")]));
    const acts = [];
    if (!gone) acts.push(this.act("kept.edit", () => this.edit()));
    if (!why && !queue.isSending()) acts.push(this.act("kept.now", () => queue.sendAgain()));
    return [...lines, make("div", { class: "form-buttons" }, acts)];
  }

  act(key, work) {
    const one = button(t(key));
    // The second tap on the button that sent the form comes down where these stand now.
    one.addEventListener("click", () => performance.now() - this.since > SECOND_TAP_MS && work());
    return one;
  }

  /** What has not left the phone may still be changed. */
  async edit() {
    const back = (stored) =>
      stored?.state === "waiting" && !stored.gone && { ...stored, state: "draft", body: null };
    await store.alter(this.key, (stored) => back(stored) || undefined);
    await this.look();
  }

  async arrived({ result }) {
    this.stopped = true;
    await store.forget(this.key);
    await note();
    // On a bad line the page it leads to may not come: what counts is said before.
    const on = make("a", { class: "btn btn-primary", href: result.location }, [t("kept.go_on")]);
    this.form.hidden = this.line.hidden = true;
    this.panel.hidden = false;
    this.panel.replaceChildren(make("strong", {}, [t("kept.arrived")]), on);
    location.assign(result.location);
  }

  /** The page the registry answered with stands in place of this one; what was filled in comes from the store. */
  async refused({ failure }) {
    this.stopped = true;
    const told = { ...failure, page: null };
    await store.alter(this.key, (stored) => stored && { ...stored, state: "draft", failure: told });
    const page = failure.page && new DOMParser().parseFromString(failure.page, "text/html");
    const fresh = page?.querySelector("main");
    const here = document.querySelector("main");
    this.enable(true);
    const again = fresh?.querySelector("kept-form");
    if (again) {
      again.dataset.key = this.key; // an address that was posted to has lost its query
      here.replaceWith(document.importNode(fresh, true));
    } else {
      this.stopped = this.waited = false;
      this.form.hidden = this.line.hidden = false;
      this.panel.hidden = true;
      this.form.querySelector(".error-summary")?.remove();
      this.tellWhy(failure);
    }
    window.scrollTo(0, 0);
    document.querySelector(".error-summary")?.focus();
  }

  /** Keeps the page as the server draws it, so that it opens without a network: in this person's store, nowhere else. */
  async keepPage() {
    const { scope } = this.dataset;
    if (!scope || document.documentElement.dataset.shell) return;
    navigator.serviceWorker.register("/kept-forms/sw.js", { scope }).catch(() => {});
    navigator.storage?.persist?.();
    const address = location.pathname + location.search;
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    await keepPage(address, await answer.text(), Number(this.dataset.hours) || null);
    await store.keep("me", { name: this.dataset.name });
    this.dataset.ready = "";
  }

  fail(error) {
    const key = error.name === "QuotaExceededError" ? "kept.full" : "kept.trouble";
    this.line.textContent = t(key, { reason: error.message });
    this.line.classList.add("text-bad");
  }
}

customElements.define("kept-form", KeptForm);
