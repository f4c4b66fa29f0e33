// A station's list as it comes: lines of JSON, the last one signs the bytes before it (docs/offline.md).
import { rowOf } from "./facts.js";

const FORMAT = "registry-snapshot-1";
const NEWLINE = 10;

/** The list cannot be trusted; `why`: cut, signature, format, another. */
export class Wrong extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/** The key of a list, to verify with and nothing else: scripts cannot read it back, and nobody can sign by it. */
export function importKey(hex) {
  return crypto.subtle.importKey("raw", bytesOf(hex), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function bytesOf(hex) {
  if (!/^([0-9a-f]{2})+$/.test(hex)) throw new Wrong("signature");
  return Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
}

/** Checks an answer (Uint8Array, unzipped) whole, against the version of the list one holds; answers its head and an
 * iterator over the texts of the lines after it. Nothing of a wrong answer gets out. */
export async function verified(bytes, key, version = null) {
  const end = bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
  const body = bytes.subarray(0, end);
  const signature = bytesOf(lastLine(bytes.subarray(end)));
  if (!(await crypto.subtle.verify("HMAC", key, signature, body))) throw new Wrong("signature");
  const lines = texts(body);
  const head = JSON.parse(lines.next().value ?? "null");
  if (head?.format !== FORMAT) throw new Wrong("format");
  if (!head.full && head.since !== version) throw new Wrong("another");
  return { head, lines };
}

function lastLine(bytes) {
  try {
    return String(JSON.parse(new TextDecoder().decode(bytes)).signature);
  } catch {
    throw new Wrong("cut");
  }
}

function* texts(bytes) {
  const decoder = new TextDecoder();
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    yield decoder.decode(bytes.subarray(start, end));
    start = end + 1;
  }
}

/** The list in memory, for programs and tests: {head, defined, lookUp}. */
export async function inMemory(bytes, key) {
  const { head, lines } = await verified(bytes, key);
  const [defined, rows] = [{}, new Map()];
  for (const text of lines) {
    const line = JSON.parse(text);
    if (Array.isArray(line)) rows.set(line[0], line);
    else if (line.define) defined[line.define] = line;
  }
  const lookUp = (code) => (rows.has(code) ? rowOf(rows.get(code)) : null);
  return { head, defined, lookUp };
}
