// The second worker on his own phone: where, when, a photo, his signature.
import { button, make } from "../dom.js";
import { shown } from "../offline/clock.js";
import { t } from "../texts.js";
import { giveUp } from "./dialog.js";
import { photoField, settled, signatureField } from "./pictures.js";
import { send } from "./queue.js";
import { alter, record, saveDraft } from "./store.js";
import { positionField } from "./visit-view.js";
import { byCode, current } from "./work.js";

export async function joinView(root, ref, frame) {
  const join = await record(ref);
  const work = current();
  const elevator = join && byCode(join.elevator);
  if (join?.state !== "draft") return null;
  if (!elevator) return { title: t("field.join"), back: "#/", gone: [t("field.gone"), giveUp(join, frame)] };
  const save = () => saveDraft(join);
  const wrong = make("p", { class: "text-bad", role: "alert" });
  root.replaceChildren(
    make("p", { class: "visit-place" }, [make("strong", {}, [elevator.place])]),
    make("p", {}, [t("field.in.at", { moment: shown(join.check_in.at) })]),
    positionField(work, elevator, join, save),
    photoField({
      record: ref,
      id: join.photo,
      label: t("field.photo.join"),
      name: "photo",
      changed: (id) => {
        join.photo = id;
        return save();
      },
    }),
    signatureField({
      record: ref,
      id: join.signatures.first,
      label: t("field.sign", { name: work.me.name }),
      name: "first",
      changed: (id) => {
        join.signatures.first = id;
        return save();
      },
    }),
    wrong,
    giveUp(join, frame),
  );
  const done = button(t("field.join.finish"), { tone: "primary", symbol: "check", id: "join-submit" });
  done.addEventListener("click", async () => {
    done.disabled = true;
    await settled();
    if (!join.signatures.first) {
      wrong.textContent = t("sign.required");
      done.disabled = false;
      return;
    }
    const waiting = { ...join, state: "waiting", body: null, failure: null };
    await alter(ref, (stored) => (stored?.state === "draft" ? waiting : undefined));
    frame.go(`#/queue/${ref}`);
    send();
  });
  return { title: t("field.join"), back: "#/", actions: [done] };
}
