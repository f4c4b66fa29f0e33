// The words of templates/_texts.html and of a page's own lists (data-texts), in the language of the page.
let words;

function read() {
  const lists = document.querySelectorAll("#texts, script[data-texts]");
  return Object.assign({}, ...[...lists].map((list) => JSON.parse(list.textContent)));
}

export function t(key, values = {}) {
  words ??= read();
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
