// Photos and signatures of a record: shrunk, digested and stored at once, shown from the store.
import { button, icon, make } from "../dom.js";
import { uuid } from "../offline/alone.js";
import { digest } from "../offline/uploads.js";
import { shrink } from "../photo-input.js";
import { contentOf } from "../signature-pad.js";
import { t } from "../texts.js";
import { dropPicture, picture, savePicture } from "./store.js";

const SIDE = 1600;
let pending = Promise.resolve();

/** One after the other, so that the last one drawn is the one that stays. */
function queued(work) {
  pending = pending.then(work, work);
  return pending;
}

/** Waits until every photo and signature that was made is stored. */
export function settled() {
  return pending;
}

async function store(record, blob, purpose) {
  const bytes = await blob.arrayBuffer();
  const id = uuid();
  const sha256 = await digest(bytes);
  await savePicture({ id, record, bytes, sha256, mime: blob.type, purpose, made: new Date().toISOString() });
  return id;
}

async function shown(id, label) {
  const found = id && (await picture(id));
  if (!found) return null;
  const address = URL.createObjectURL(new Blob([found.bytes], { type: found.mime }));
  const image = make("img", { src: address, alt: label });
  image.addEventListener("load", () => URL.revokeObjectURL(address));
  return image;
}

/** A photo of a record: `id` the one that is there, `changed(id)` keeps the new one before the old one goes. */
export function photoField({ record, id, label, hint, name, changed, purpose = "visit_photo" }) {
  const line = make("p", { class: "photos-line", role: "status" });
  const frame = make("div", { class: "field-photo" });
  const input = make("input", {
    type: "file",
    accept: "image/*",
    capture: "environment",
    class: "visually-hidden",
    name,
    "aria-label": label,
  });
  const word = make("span", {}, [t("field.photo.take")]);
  const show = async () => {
    const image = await shown(id, label);
    frame.replaceChildren(...(image ? [image] : []));
    word.textContent = t(image ? "field.photo.again" : "field.photo.take");
  };
  const take = async (file) => {
    line.textContent = t("photo.preparing");
    try {
      const before = id;
      id = await store(record, (await shrink(file, SIDE)).file, purpose);
      await changed(id);
      if (before) await dropPicture(before);
      line.textContent = t("field.photo.kept");
    } catch (error) {
      line.textContent =
        error.name === "QuotaExceededError" ? t("field.full") : t("photo.bad", { name: file.name });
    }
    input.value = "";
    await show();
  };
  input.addEventListener("change", () => input.files[0] && queued(() => take(input.files[0])));
  show();
  return make("div", { class: "photos field-photos" }, [
    make("span", { class: "form-label" }, [label]),
    ...(hint ? [make("p", { class: "form-hint" }, [hint])] : []),
    frame,
    make("label", { class: "btn" }, [icon("camera"), word, input]),
    line,
  ]);
}

/** A signature of a record: the pad, or the one that was drawn with a button to draw it anew. */
export function signatureField({ record, id, label, name, changed }) {
  const box = make("div", { class: "field-sign", id: `sign-${name}` });
  const take = async (value) => {
    const before = id;
    const blob = value ? contentOf(value) : null;
    id = blob ? await store(record, blob, "signature") : null;
    await changed(id);
    if (before) await dropPicture(before);
  };
  const pad = () => {
    const input = make("input", { type: "hidden" });
    const element = make("signature-pad", { class: "sign", "data-label": label }, [
      make("span", { class: "form-label" }, [label]),
      input,
    ]);
    input.addEventListener("change", () => {
      const { value } = input;
      queued(() => take(value));
    });
    box.replaceChildren(element);
  };
  const drawn = async () => {
    const image = await shown(id, label);
    if (!image) return pad();
    const again = button(t("sign.clear"), { symbol: "refresh" });
    again.addEventListener("click", () => {
      queued(() => take(""));
      pad();
    });
    box.replaceChildren(make("span", { class: "form-label" }, [label]), image, again);
  };
  if (id) drawn();
  else pad();
  return box;
}
