// <confirm-button data-message="…"> around a submit button: asks in a dialog before the form goes.
import { button, make } from "./dom.js";
import { t } from "./texts.js";

class ConfirmButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const pressed = event.target.closest("button[type=submit]");
      if (!pressed || !this.contains(pressed) || pressed.closest("dialog")) return;
      event.preventDefault();
      this.ask(pressed);
    });
  }

  ask(pressed) {
    const message = make("p", { id: "confirm-message" }, [this.dataset.message]);
    const cancel = button(t("cancel"));
    const go = button(pressed.textContent.trim() || t("confirm"), { tone: "danger" });
    go.className = pressed.className;
    const dialog = make("dialog", { class: "confirm", "aria-labelledby": "confirm-message" }, [
      message,
      make("div", { class: "form-buttons" }, [go, cancel]),
    ]);
    cancel.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => {
      dialog.close();
      pressed.form.requestSubmit(pressed);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      pressed.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
    cancel.focus();
  }
}

customElements.define("confirm-button", ConfirmButton);
