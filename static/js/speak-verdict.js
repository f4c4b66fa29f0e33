// <speak-verdict data-answer="allow|warn|hold|block" data-text="…">: sounds, vibrates and speaks when it appears.
import { button } from "./dom.js";
import { beep, say, setSound, soundOn } from "./sound.js";
import { t } from "./texts.js";

class SpeakVerdict extends HTMLElement {
  connectedCallback() {
    if (this.again) return;
    this.again = button(t("sound.play"), { symbol: "volume" });
    this.again.addEventListener("click", () => this.play());
    this.mute = button("", { symbol: "bell" });
    this.mute.addEventListener("click", () => {
      setSound(!soundOn());
      if (!soundOn()) window.speechSynthesis?.cancel();
      this.label();
    });
    this.append(this.again, this.mute);
    this.label();
    this.play();
  }

  label() {
    this.mute.querySelector("span").textContent = t(soundOn() ? "sound.on" : "sound.off");
    this.mute.setAttribute("aria-pressed", String(soundOn()));
  }

  play() {
    beep(this.dataset.answer);
    say(this.dataset.text);
  }
}

customElements.define("speak-verdict", SpeakVerdict);
