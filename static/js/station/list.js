// The station's list on this device: fetched whole once, then as changes, verified before anything of it is kept, and judged by
// when there is no network. One database a station, shared by its people. Rows lie in buckets by their code, so that 100,000
// of them are stored in a thousand writes and one is found by one read.
import { openDB } from "idb";
import { alone } from "../offline/alone.js";
import { rowOf } from "./facts.js";
import { judgeText } from "./judge.js";
import { importKey, verified, Wrong } from "./snapshot.js";

const BUCKETS = 1024;
const SLICE = 4000; // lines read before the page gets its turn
const PUTS = 32; // and buckets written
const LISTS = "station.list"; // the station whose list this device holds

function bucketOf(code) {
  let hash = 0x811c9dc5;
  for (let place = 0; place < code.length; place += 1)
    hash = Math.imul(hash ^ code.charCodeAt(place), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}

function pause() {
  return new Promise((done) => setTimeout(done));
}

export class StationList {
  #station;
  #db;
  #held = null; // {head, defined, count}
  #seen = 0;
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("station-list") : null;
  #listeners = new Set();
  /** Why the last list was not taken: cut, signature, format, another, away; "" when it was. */
  problem = "";

  constructor(station) {
    this.#station = station;
  }

  async open() {
    this.#forgetOther();
    this.#db = await openDB(`station-list-${this.#station}`, 1, {
      upgrade(db) {
        for (const store of ["kept", "buckets", "filled"]) db.createObjectStore(store);
      },
    });
    await this.#load();
    this.#channel?.addEventListener("message", () => this.#load());
    return this;
  }

  /** A device that went to another station keeps nothing of the one before. */
  #forgetOther() {
    const before = localStorage.getItem(LISTS);
    if (before && before !== String(this.#station)) indexedDB.deleteDatabase(`station-list-${before}`);
    localStorage.setItem(LISTS, this.#station);
  }

  async #load() {
    this.#held = (await this.#db.get("kept", "list")) ?? null;
    this.#seen = Math.max(this.#seen, (await this.#db.get("kept", "seen")) ?? 0);
    this.#tell();
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }

  get head() {
    return this.#held?.head ?? null;
  }

  get count() {
    return this.#held?.count ?? 0;
  }

  /** Fetches what is new. `contact`: {key(), list(since)}; each answers null where the registry cannot be reached. */
  async refresh(contact) {
    await alone(`station-list-${this.#station}`, async () => {
      try {
        this.problem = (await this.#fetch(contact)) ? "" : "away";
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        this.problem = error.why;
      }
    });
    this.#tell();
    return this.problem;
  }

  async #fetch(contact) {
    const hex = await contact.key();
    if (!hex) return false;
    const key = await importKey(hex);
    const version = this.head?.version ?? null;
    const bytes = await contact.list(version);
    if (!bytes) return false;
    try {
      await this.take(bytes, key);
    } catch (error) {
      if (!(error instanceof Wrong) || version === null) throw error;
      const whole = await contact.list(null);
      if (!whole) return false;
      await this.take(whole, key);
    }
    return true;
  }

  /** Takes in one answer, whole or not at all. */
  async take(bytes, key) {
    const { head, lines } = await verified(bytes, key, this.head?.version);
    const defined = head.full ? {} : { ...this.#held.defined };
    const changes = await sorted(lines, defined);
    const tx = this.#db.transaction(["kept", "buckets"], "readwrite");
    const buckets = tx.objectStore("buckets");
    let count = head.full ? 0 : this.#held.count;
    let written = 0;
    if (head.full) buckets.clear();
    for (const [number, changed] of changes) {
      const before = head.full ? [] : linesIn(await buckets.get(number));
      const stay = before.filter((line) => !changed.has(codeIn(line)));
      const all = [...stay, ...[...changed.values()].filter(Boolean)];
      count += all.length - before.length;
      written += 1;
      const put = buckets.put(all.join("\n"), number);
      if (written % PUTS === 0) await put;
    }
    const held = { head, defined, count };
    tx.objectStore("kept").put(held, "list");
    // The registry has said what time it is: a clock that was wrong before counts no more.
    this.#seen = Date.parse(head.issued_at) || 0;
    tx.objectStore("kept").put(this.#seen, "seen");
    await tx.done;
    this.#held = held;
    this.#channel?.postMessage("taken");
  }

  /** The row of a code with what was filled on this device since; nothing where it is not on the list. */
  lookUp = async (code) => {
    const tx = this.#db.transaction(["buckets", "filled"]);
    const [bucket, filled] = await Promise.all([
      tx.objectStore("buckets").get(bucketOf(code)),
      tx.objectStore("filled").get(code),
    ]);
    const line = linesIn(bucket).find((each) => codeIn(each) === code);
    if (!line) return null;
    const row = rowOf(JSON.parse(line));
    return filled > (row.filled ?? 0) ? { ...row, filled, custody: "filled_unchecked" } : row;
  };

  /** Remembers a fill that the registry may not know yet, whoever made it. `at` in milliseconds. */
  async filled(code, at) {
    await this.#db.put("filled", Math.trunc(at / 1000), code);
  }

  /** The verdict over a scanned text at a moment; a clock that was put back is off by as much. */
  async judge(text, { now, skew = 0, ...asked }) {
    const back = (this.#seen - now) / 1000;
    if (now > this.#seen) {
      this.#seen = now;
      await this.#db.put("kept", now, "seen");
    }
    const off = Math.max(Math.abs(skew), back);
    return judgeText({ ...this.#held, lookUp: this.lookUp }, text, { ...asked, now, skew: off });
  }
}

function linesIn(bucket) {
  return bucket ? bucket.split("\n") : [];
}

/** The first string of a line. */
function codeIn(line) {
  const plain = line.slice(2, line.indexOf('"', 2));
  return plain.includes("\\") ? JSON.parse(line)[0] : plain;
}

/** The lines by bucket: code -> its line, or null where it is gone. Definitions are put into `defined`. */
async function sorted(lines, defined) {
  const found = new Map();
  const put = (code, text) => {
    const number = bucketOf(code);
    if (!found.has(number)) found.set(number, new Map());
    found.get(number).set(code, text);
  };
  let read = 0;
  for (const text of lines) {
    const line = JSON.parse(text);
    if (Array.isArray(line)) put(line[0], text);
    else if (line.define) defined[line.define] = line;
    else put(line.gone, null);
    read += 1;
    if (read % SLICE === 0) await pause();
  }
  return found;
}
