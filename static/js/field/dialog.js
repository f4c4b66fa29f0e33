// ask(): a question in a dialog, true when the worker goes ahead. giveUp(): the button that forgets a draft, after asking.
import { button, make } from "../dom.js";
import { t } from "../texts.js";
import { discard } from "./queue.js";

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

export function giveUp(draft, frame) {
  const one = button(t("field.give_up"), {
    tone: "outline-danger",
    class: "btn btn-outline-danger field-give-up",
  });
  one.addEventListener("click", async () => {
    const words = { go: t("field.discard"), stay: t("field.keep"), tone: "danger" };
    if (!(await ask(t("field.give_up.sure", { place: draft.place }), words))) return;
    await discard(draft.ref);
    frame.go("#/");
  });
  return one;
}
