// "2026-12-01 01:27:11": the time of the city wherever the browser stands, as all other times of the pages.
const STYLE = {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
};
const format = new Intl.DateTimeFormat("sv-SE", STYLE);

export function cityTime(at) {
  return format.format(at);
}
