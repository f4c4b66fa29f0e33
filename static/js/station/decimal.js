// Exact decimals: limits of the law are written in tenths, and binary fractions would move them.

/** "14.90" as {units: 1490n, scale: 2}, "3E+1" as {units: 30n, scale: 0}; throws for what is no decimal. */
export function decimal(text) {
  const found = /^(-?\d+)(?:\.(\d+))?(?:E([+-]?\d{1,2}))?$/.exec(String(text));
  if (!found) throw new RangeError(`no decimal: ${text}`);
  const [, whole, part = "", power = "0"] = found;
  const scale = part.length - Number(power);
  const units = BigInt(whole + part);
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
}

function at(value, scale) {
  return value.units * 10n ** BigInt(scale - value.scale);
}

function together(one, other, work) {
  const scale = Math.max(one.scale, other.scale);
  return { units: work(at(one, scale), at(other, scale)), scale };
}

export function plus(one, other) {
  return together(one, other, (a, b) => a + b);
}

export function minus(one, other) {
  return together(one, other, (a, b) => a - b);
}

export function times(one, other) {
  return { units: one.units * other.units, scale: one.scale + other.scale };
}

export function less(one, other) {
  return minus(one, other).units < 0n;
}

/** Rounded down to so many decimals, as it is written: "13.50". */
export function floored(value, decimals) {
  const step = 10n ** BigInt(Math.max(value.scale - decimals, 0));
  const exact = value.scale < decimals ? at(value, decimals) : value.units;
  const cut = exact / step - (exact % step < 0n ? 1n : 0n);
  const digits = String(cut < 0n ? -cut : cut).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return `${cut < 0n ? "-" : ""}${digits.slice(0, point)}${decimals ? "." : ""}${digits.slice(point)}`;
}

/** Thousandths of a written decimal as a number: "14.9" kg are 14900 g. */
export function thousandths(text) {
  const { units, scale } = decimal(text);
  return scale > 3 ? Number(units) / 10 ** (scale - 3) : Number(units * 10n ** BigInt(3 - scale));
}

/** A number with one decimal, a half to the even side, as the registry writes it. */
export function tenths(value) {
  const scaled = value * 10;
  const below = Math.floor(scaled);
  const half = Math.abs(scaled - below - 0.5) < 1e-9;
  const rounded = half ? below + (below % 2) : Math.round(scaled);
  return (rounded / 10).toFixed(1);
}
