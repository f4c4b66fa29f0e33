// <kept-notice data-member [data-drafts]> on every other page of a person: forms that wait on this phone are sent from here too,
// and what was refused or not finished is not forgotten. A page that has no form any more is not kept any longer.
import { make } from "../dom.js";
import { speakFor } from "../offline/contact.js";
import { t } from "../texts.js";
import { keepSending, queue } from "./send.js";
import { dropOver, dropPage, hasForms, hasPages, note, openStore, store } from "./store.js";

const WORDS = { waiting: "kept.notice.waiting", failed: "kept.notice.failed", draft: "kept.notice.draft" };
const TONES = { waiting: "info", failed: "bad", draft: "info", sent: "good" };

class KeptNotice extends HTMLElement {
  async connectedCallback() {
    const { member } = this.dataset;
    if (this.asked) return;
    this.asked = true;
    if (hasPages(member)) await this.clean(member);
    if (!hasForms(member)) return;
    speakFor(member);
    await openStore(member);
    await note();
    store.onStored(() => this.show());
    queue.onChange(() => this.show());
    await this.show();
    if (!document.querySelector("kept-form")) await keepSending();
  }

  async clean(member) {
    await openStore(member);
    await dropOver();
    if (document.documentElement.dataset.shell || document.querySelector("kept-form[data-scope]")) return;
    await dropPage(location.pathname + location.search);
  }

  async show() {
    const own = document.querySelector("kept-form")?.dataset.key;
    const drafts = this.hasAttribute("data-drafts");
    const wanted = ({ ref, state }) => ref !== own && (state !== "draft" || drafts) && state !== "sent";
    const found = (await store.records()).filter(wanted);
    this.hidden = !found.length;
    this.replaceChildren(...found.map((one) => this.row(one)));
  }

  row({ state, label, address }) {
    const link = make("a", { href: address }, [label]);
    return make("p", { class: `notice notice-${TONES[state]}`, "data-state": state }, [
      make("span", {}, [t(WORDS[state]), " ", link]),
    ]);
  }
}

customElements.define("kept-notice", KeptNotice);
