// Days as the list writes them: 20261124, in the city, which knows no summer time.
const CITY_MS = 8 * 3600 * 1000;

export function dayNumber(moment) {
  const city = new Date(moment + CITY_MS);
  return city.getUTCFullYear() * 10000 + (city.getUTCMonth() + 1) * 100 + city.getUTCDate();
}

export function written(day) {
  const text = String(day);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}

/** The last day of so many whole years that begin on a day. */
export function afterYears(day, years) {
  const [year, month, of] = [Math.floor(day / 10000) + years, Math.floor(day / 100) % 100, day % 100];
  const longest = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return dayNumber(Date.UTC(year, month - 1, Math.min(of, longest) - 1) - CITY_MS);
}
