// A form's content as plain values, and back into a form that the server has drawn anew.
/** Said by the server each time: what the person has seen of the case, and what the page is about. */
function isFresh({ name, dataset }) {
  return name === "version" || dataset.fresh !== undefined;
}

export function valuesOf(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

/** Puts values back; what the server offers that was not there then is left as it is. */
export function fill(form, values) {
  const left = new Map();
  for (const [name, value] of values) left.set(name, [...(left.get(name) ?? []), value]);
  const pictures = new Set([...form.querySelectorAll("input[type=file]")].map(({ name }) => name));
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || type === "file" || type === "submit" || isFresh(control) || pictures.has(name)) continue;
    if (type === "checkbox" || type === "radio")
      control.checked = (left.get(name) ?? []).includes(control.value);
    else if (left.get(name)?.length) set(control, left.get(name).shift());
  }
  for (const list of form.querySelectorAll("item-list")) list.refresh();
  for (const refusal of form.querySelectorAll("details"))
    if ([...refusal.querySelectorAll("input[type=text]")].some(({ value }) => value)) refusal.open = true;
}

function set(control, value) {
  const pad = control.closest("signature-pad");
  if (pad) {
    if (value.startsWith("data:")) pad.show(value);
  } else control.value = value;
  // A place that was found is not looked for again: it was true where the form was begun.
  if (value && control.dataset.geo) control.closest("geo-position").stop();
}

/** The server's own words for files it has kept: they stand in this phone's store, and are shown from there. */
export function dropKept(form) {
  for (const input of form.querySelectorAll("input[type=file]"))
    for (const id of form.querySelectorAll(`input[type=hidden][name="${CSS.escape(input.name)}"]`))
      id.remove();
  for (const hint of form.querySelectorAll("[data-kept]")) hint.remove();
}
