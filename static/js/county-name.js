// The borders name the counties in Chinese; the page may be in another language. A shape has no room for "County".
import { t } from "./texts.js";

export function countyName(name) {
  const key = `county.${name}`;
  const said = t(key);
  return said === key ? name : said.replace(/ (County|District)$/, "");
}
