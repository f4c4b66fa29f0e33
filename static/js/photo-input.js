// <photo-input data-side="1600"> around a file input: shrinks pictures before they are sent and shows them.
// Emits "photos" when they change; restore(photos) shows {file, id} that were kept.
// The moment a picture was taken goes into a hidden input data-taken, if there is one (ISO moments, comma separated).
import { icon, make } from "./dom.js";
import { t } from "./texts.js";

const QUALITY = 0.82;
const THUMB = 160;

function scaled(bitmap, side) {
  const ratio = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = make("canvas", {
    width: Math.round(bitmap.width * ratio),
    height: Math.round(bitmap.height * ratio),
  });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A picture no larger than `side` pixels, turned upright, and a small canvas of it; throws when it cannot be read. */
export async function shrink(file, side) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const canvas = scaled(bitmap, side);
  const thumb = scaled(bitmap, THUMB);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const name = file.name.replace(/\.\w+$/, "") || "photo";
  const small = new File([blob], `${name}.jpg`, { type: "image/jpeg", lastModified: file.lastModified });
  return { file: small.size < file.size || file.type !== "image/jpeg" ? small : file, thumb };
}

async function thumbOf(file) {
  const bitmap = await createImageBitmap(file);
  const thumb = scaled(bitmap, THUMB);
  bitmap.close();
  return thumb;
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

class PhotoInput extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.input = this.querySelector("input[type=file]");
    this.taken = this.querySelector("[data-taken]");
    this.photos = [];
    this.line = make("p", { class: "photos-line", role: "status" });
    this.strip = make("ul", { class: "photos-strip" });
    this.append(this.line, this.strip);
    this.input.addEventListener("change", () => {
      this.work = this.prepare([...this.input.files]);
    });
    this.form = this.closest("form");
    this.hold = (event) => this.wait(event);
    this.form?.addEventListener("submit", this.hold, true);
  }

  disconnectedCallback() {
    this.form?.removeEventListener("submit", this.hold, true);
  }

  async prepare(files) {
    this.busy = true;
    this.line.textContent = t("photo.preparing");
    const refused = [];
    // A phone's camera gives one picture at a time: add to what is there.
    const kept = this.input.multiple ? this.photos : [];
    for (const file of files) {
      try {
        kept.push(await shrink(file, Number(this.dataset.side || 1600)));
      } catch {
        refused.push(file.name);
      }
    }
    this.photos = kept;
    this.busy = false;
    this.show(refused);
    this.tell();
  }

  async restore(photos) {
    const read = async (photo) => ({ ...photo, thumb: await thumbOf(photo.file) });
    this.photos = await Promise.all(photos.map(read));
    this.show();
  }

  tell() {
    this.dispatchEvent(new CustomEvent("photos", { bubbles: true }));
  }

  show(refused = []) {
    const carrier = new DataTransfer();
    for (const { file } of this.photos) carrier.items.add(file);
    this.input.files = carrier.files;
    if (this.taken)
      this.taken.value = this.photos.map(({ file }) => new Date(file.lastModified).toISOString()).join(",");
    const bytes = this.photos.reduce((sum, { file }) => sum + file.size, 0);
    const lines = refused.map((name) => t("photo.bad", { name }));
    if (this.photos.length) lines.push(t("photo.ready", { count: this.photos.length, size: size(bytes) }));
    this.line.textContent = lines.join(" ");
    this.line.classList.toggle("text-bad", refused.length > 0);
    this.strip.replaceChildren(...this.photos.map((photo, index) => this.card(photo, index)));
  }

  card(photo, index) {
    const label = t("photo.remove", { number: index + 1 });
    const remove = make("button", { type: "button", class: "photo-remove", "aria-label": label }, [
      icon("x"),
    ]);
    remove.addEventListener("click", () => {
      this.photos.splice(index, 1);
      this.show();
      this.tell();
    });
    return make("li", {}, [photo.thumb, remove]);
  }

  async wait(event) {
    if (!this.busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.work;
    this.form.requestSubmit(event.submitter ?? undefined);
  }
}

customElements.define("photo-input", PhotoInput);
