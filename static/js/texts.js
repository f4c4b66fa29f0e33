// The words of templates/_texts.html, in the language of the page.
let words;

export function t(key, values = {}) {
  words ??= JSON.parse(document.getElementById("texts")?.textContent || "{}");
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
