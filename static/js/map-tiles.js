// Tiles of a server that the office has set, drawn under the borders of a <point-map>. Fetched only where one is set. A tile
// that does not come is taken out: the borders stand there anyway.
const SIZE = 256;
const HIGHEST = 18;
const MOST = 64; // at once: a screen has some twenty

const rad = (degrees) => (degrees * Math.PI) / 180;
const columnOf = (lon, side) => ((lon + 180) / 360) * side;
const rowOf = (lat, side) => ((1 - Math.asinh(Math.tan(rad(lat))) / Math.PI) / 2) * side;
const lonOf = (column, side) => (column / side) * 360 - 180;
const latOf = (row, side) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / side))) * 180) / Math.PI;

// The level at which a tile is drawn about as large as it is.
export function level(degrees, pixels) {
  const wanted = Math.log2((360 / degrees) * (pixels / SIZE));
  return Math.max(1, Math.min(HIGHEST, Math.round(wanted)));
}

// Every tile that touches west, south, east, north (degrees) at a level: its name and its corners in degrees.
export function covering([west, south, east, north], z) {
  const side = 2 ** z;
  const first = [Math.floor(columnOf(west, side)), Math.floor(rowOf(north, side))];
  const last = [Math.floor(columnOf(east, side)), Math.floor(rowOf(south, side))];
  const found = [];
  for (let column = Math.max(0, first[0]); column <= Math.min(side - 1, last[0]); column++)
    for (let row = Math.max(0, first[1]); row <= Math.min(side - 1, last[1]); row++)
      found.push({
        z,
        x: column,
        y: row,
        west: lonOf(column, side),
        north: latOf(row, side),
        east: lonOf(column + 1, side),
        south: latOf(row + 1, side),
      });
  return found;
}

export function address(template, { z, x, y }) {
  return template.replace("{z}", z).replace("{x}", x).replace("{y}", y);
}

export class Tiles {
  // `place(lon, lat)` gives drawing units, `draw` makes an element, `group` holds the images.
  constructor(template, group, place, draw) {
    Object.assign(this, { template, group, place, draw, shown: new Map(), gone: new Set() });
  }

  look(bounds, pixels) {
    let z = level(bounds[2] - bounds[0], pixels);
    let wanted = covering(bounds, z);
    while (wanted.length > MOST && z > 1) wanted = covering(bounds, --z);
    const names = new Set(wanted.map((tile) => address(this.template, tile)));
    for (const [name, image] of this.shown)
      if (!names.has(name)) {
        image.remove();
        this.shown.delete(name);
      }
    for (const tile of wanted) this.show(tile);
  }

  show(tile) {
    const name = address(this.template, tile);
    if (this.shown.has(name) || this.gone.has(name)) return;
    const [left, top] = this.place(tile.west, tile.north);
    const [right, bottom] = this.place(tile.east, tile.south);
    const image = this.draw("image", {
      href: name,
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      preserveAspectRatio: "none",
      class: "map-tile",
    });
    image.addEventListener("error", () => {
      image.remove();
      this.shown.delete(name);
      this.gone.add(name);
    });
    this.shown.set(name, image);
    this.group.append(image);
  }
}
