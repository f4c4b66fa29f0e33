// ask(): a question in a dialog, true when whoever is asked goes ahead.
import { button, make } from "./dom.js";
import { t } from "./texts.js";

export function ask(message, { lines = [], go = t("confirm"), stay = t("cancel"), tone = "primary" } = {}) {
  const agree = button(go, { tone });
  const refuse = button(stay);
  const list = lines.length
    ? [
        make(
          "ul",
          { class: "field-gaps" },
          lines.map((line) => make("li", {}, [line])),
        ),
      ]
    : [];
  const dialog = make("dialog", { class: "confirm", "aria-labelledby": "ask-message" }, [
    make("p", { id: "ask-message" }, [message]),
    ...list,
    make("div", { class: "form-buttons" }, [refuse, agree]),
  ]);
  return new Promise((done) => {
    let agreed = false;
    agree.addEventListener("click", () => {
      agreed = true;
      dialog.close();
    });
    refuse.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(agreed);
    });
    document.body.append(dialog);
    dialog.showModal();
    refuse.focus();
  });
}
