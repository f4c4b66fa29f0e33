// Label codes as they are scanned and typed: the same reading as the registry's (registry/codes.py).
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE = new RegExp(`^SZ[${ALPHABET}]{12}[0-9]{2}$`);
const LOOK_ALIKES = { O: "0", I: "1", L: "1" };
const LONGEST = 2000;

function plain(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}\p{Cc}]/gu, "")
    .replace(/[OIL]/g, (sign) => LOOK_ALIKES[sign]);
}

/** {code, mac} of a bare code, code.mac or the address of a label; both may be empty. */
export function split(text) {
  const whole = text
    .slice(0, LONGEST)
    .normalize("NFKC")
    .replaceAll("。", ".")
    .replaceAll("、", "/")
    .trim()
    .toUpperCase();
  const path = whole.split(/[?#]/)[0].replace(/\/+$/, "");
  const parts = path.split("/");
  if (parts.length > 1 && parts.at(-2) !== "Q") return { code: "", mac: "" };
  const [code, ...rest] = parts.at(-1).split(".");
  return { code: plain(code), mac: plain(rest.join(".")) };
}

export function isCode(code) {
  return CODE.test(code);
}

/** ISO 7064 MOD 97-10 over two digits a character. */
export function goodCheck(code) {
  let rest = 0;
  for (const sign of code.slice(0, 14)) rest = (rest * 100 + ALPHABET.indexOf(sign)) % 97;
  const check = 98 - ((rest * 100) % 97);
  return String(check).padStart(2, "0") === code.slice(14);
}

/** The beginning of SHA-256 over `code.mac`, which a list keeps in place of the mac. */
export async function macDigest(code, mac) {
  const bytes = new TextEncoder().encode(`${code}.${mac}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
