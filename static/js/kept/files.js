// The files of a form in the phone's store: taken from its inputs, and put back.
import { uuid } from "../offline/alone.js";
import { digest } from "../offline/uploads.js";
import { store } from "./store.js";

export function inputsOf(form) {
  return [...form.querySelectorAll("input[type=file]")];
}

async function keep(record, purpose, file) {
  const bytes = await file.arrayBuffer();
  const id = uuid();
  const { name, type, lastModified } = file;
  const about = { id, record, purpose, name, mime: type, modified: lastModified };
  await store.savePicture({ ...about, bytes, sha256: await digest(bytes) });
  return id;
}

/** Keeps what an input holds now; returns the ids in its order. Photos know theirs already. */
export async function take(record, purpose, input, before = []) {
  const photos = input.closest("photo-input")?.photos ?? [...input.files].map((file) => ({ file }));
  const ids = [];
  for (const photo of photos) {
    photo.id ??= await keep(record, purpose, photo.file);
    ids.push(photo.id);
  }
  return { ids, gone: before.filter((id) => !ids.includes(id)) };
}

/** Puts kept files back into their inputs. */
export async function putBack(form, files) {
  for (const input of inputsOf(form)) {
    const found = (await Promise.all((files[input.name] ?? []).map(store.picture))).filter(Boolean);
    if (!found.length) continue;
    const photos = found.map(({ id, bytes, name, mime, modified }) => ({
      id,
      file: new File([bytes], name, { type: mime, lastModified: modified }),
    }));
    const frame = input.closest("photo-input");
    if (frame) await frame.restore(photos);
    else carry(input, photos);
    const fold = input.closest("details");
    if (fold) fold.open = true;
  }
}

function carry(input, photos) {
  const carrier = new DataTransfer();
  for (const { file } of photos) carrier.items.add(file);
  input.files = carrier.files;
}
