// giveUp(): the button that forgets a draft, after asking.
import { ask } from "../ask.js";
import { button } from "../dom.js";
import { t } from "../texts.js";
import { discard } from "./queue.js";

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
