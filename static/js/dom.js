// make("button", {type: "button", class: "btn"}, ["text", node]): an element without markup strings.
const SPRITE =
  document.querySelector("svg use")?.getAttribute("href")?.split("#")[0] ?? "/static/icons/icons.svg";
const SVG = "http://www.w3.org/2000/svg";

export function make(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

export function button(label, { tone = "", symbol = null, ...attributes } = {}) {
  const text = make("span", {}, [label]);
  const kind = `btn${tone ? ` btn-${tone}` : ""}`;
  return make(
    "button",
    { type: "button", class: kind, ...attributes },
    symbol ? [icon(symbol), text] : [text],
  );
}
