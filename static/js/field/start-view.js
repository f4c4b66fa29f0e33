// Scan or type the elevator: for a visit, or to join a colleague's.
import { button, make } from "../dom.js";
import "../qr-scanner.js";
import { t } from "../texts.js";
import { begin, look } from "./records.js";

export async function startView(root, kind, frame) {
  const line = make("p", { class: "text-bad", role: "alert" });
  const input = make("input", {
    class: "form-control form-control-lg",
    type: "text",
    id: "scan-code",
    name: "code",
    autocomplete: "off",
    autocapitalize: "characters",
    autocorrect: "off",
    spellcheck: "false",
    inputmode: "url",
    enterkeyhint: "go",
  });
  const find = button(t("field.look"), { tone: "primary" });
  find.type = "submit";
  const form = make("form", { id: "scan-form", novalidate: true }, [
    make("qr-scanner", { class: "scanner", "data-autosubmit": true }, [
      make("label", { class: "form-label", for: "scan-code" }, [t("field.code")]),
      make("div", { class: "scanner-row" }, [input, find]),
      make("div", { class: "form-hint" }, [t("field.code.hint")]),
    ]),
    line,
  ]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    line.textContent = "";
    const { elevator, problem } = await look(text, frame.owner());
    if (elevator) frame.go(`#/${kind}/${(await begin(kind, elevator)).ref}`);
    else line.textContent = problem;
  });
  const hint = kind === "join" ? [make("p", {}, [t("field.join.hint")])] : [];
  root.replaceChildren(...hint, form);
  return { title: t(kind === "join" ? "field.join" : "field.scan"), back: "#/" };
}
