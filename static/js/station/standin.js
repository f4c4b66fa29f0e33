// In the registry's place while it cannot be reached: the same questions as static/js/gun/contact.js asks, answered by the
// station's list. Every answer carries `offline`: the age of the list it was judged by. What was answered is kept, so that a
// page that was killed goes on where it stood.

import { isCode, split } from "./label.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

export const LEAVE = "offline ";
const HOUR_MS = 3600000;
const MINUTE_MS = 60000;
const TOLD = ["checks", "purged", "passengers_aboard", "plate", "gross_before_g", "reading"];

function plain(text) {
  const { code } = split(text);
  return isCode(code) ? code : text.trim();
}

export class StandIn {
  #list;
  #clock;
  #language;

  /** `clock`: {now(), ahead()} in milliseconds; `language`: zh or en. */
  constructor(list, clock, language) {
    this.#list = list;
    this.#clock = clock;
    this.#language = language;
  }

  async #judge(text, asked) {
    const skew = this.#clock.ahead() / 1000;
    return this.#list.judge(text, { now: this.#clock.now(), skew, ...asked });
  }

  #said(found) {
    return found.findings.map(({ rule, severity, basis, [this.#language]: text }) => ({
      rule,
      severity,
      text,
      basis,
    }));
  }

  #mark() {
    return { issued_at: this.#list.head?.issued_at ?? null };
  }

  /** The turn of a cylinder that this person has begun here; a check that is too old counts for nothing. */
  async #turn(code) {
    const turn = await store.turnOf(code);
    if (turn?.state !== "prechecked") return turn;
    const rule = this.#list.head?.rules.rules.find((row) => row.rule === "R23");
    const minutes = Number(rule?.limits.minutes ?? 0);
    return this.#clock.now() - turn.prechecked_at > minutes * MINUTE_MS ? undefined : turn;
  }

  async scan(request) {
    const code = plain(request.code);
    const turn = await this.#turn(code);
    if (request.purpose === "next" && turn?.state === "filled") return this.#afterFill(turn);
    const checked = turn?.state === "prechecked";
    const found = await this.#judge(request.code, {
      gun: request.gun,
      medium: request.medium,
      celsius: request.temperature_c,
      checked,
      fill: checked ? seen(turn) : null,
    });
    const allowed = ["allow", "warn"].includes(found.verdict);
    const body = {
      verdict: found.verdict,
      code: found.code,
      findings: this.#said(found),
      purpose: "fill",
      cylinder: cylinderOf(code, found),
      asks: asksOf(found.facts),
      ...(allowed ? limitsOf(found) : {}),
      ...(checked ? { turn: standing(turn) } : {}),
      ...(checked && allowed ? { unlock: LEAVE + code } : {}),
      offline: this.#mark(),
    };
    return { status: 200, body };
  }

  #afterFill(turn) {
    const body = {
      verdict: "allow",
      code: "00",
      findings: [],
      purpose: "post_check",
      cylinder: turn.cylinder,
      asks: turn.asks,
      turn: standing(turn),
      offline: this.#mark(),
    };
    return { status: 200, body };
  }

  async precheck(request) {
    const code = plain(request.code);
    const told = Object.fromEntries(
      TOLD.filter((name) => name in request).map((name) => [name, request[name]]),
    );
    const turn = {
      code,
      state: "prechecked",
      prechecked_at: this.#clock.now(),
      checker: request.checker,
      told,
      offline: true,
    };
    const { gun, medium } = request;
    const found = await this.#judge(request.code, { gun, medium, checked: true, fill: seen(turn) });
    await store.saveTurn({ ...turn, cylinder: cylinderOf(code, found), asks: asksOf(found.facts) });
    return this.#stands(201, "prechecked", found);
  }

  #stands(status, state, found) {
    const body = { state, verdict: found.verdict, findings: this.#said(found), offline: this.#mark() };
    return { status, body };
  }

  /** Notes a check that the registry has: the fill may come when it is away. */
  async note(request) {
    const turn = { code: plain(request.code), state: "prechecked", offline: false, ...this.#toldBy(request) };
    await store.saveTurn({ ...turn, cylinder: null, asks: [] });
  }

  #toldBy(request) {
    const told = Object.fromEntries(
      TOLD.filter((name) => name in request).map((name) => [name, request[name]]),
    );
    return { prechecked_at: this.#clock.now(), checker: request.checker, told };
  }

  /** The leave was given by the list: from here on the fill is one that was made without a network. */
  async unlock({ token, gun }) {
    const turn = await store.turnOf(token.slice(LEAVE.length));
    if (turn) await store.saveTurn({ ...turn, offline: true });
    return { status: 200, body: { gun, used_at: new Date(this.#clock.now()).toISOString() } };
  }

  async fill(request) {
    const code = plain(request.code);
    const turn = await store.turnOf(code);
    const ended = Date.parse(request.ended_at);
    const fill = { ...seen(turn), ...request, checked_at: turn?.prechecked_at ?? ended };
    const { gun, medium } = request;
    const found = await this.#judge(request.code, { gun, medium, now: ended, fill });
    if (!["allow", "warn"].includes(found.verdict))
      return { status: 422, body: { findings: this.#said(found), offline: this.#mark() } };
    return this.keep(request, turn, found);
  }

  /** Puts a fill into the queue. Where this list opened the gun, that is said with it, and so is the check. */
  async keep(request, turn, found = null) {
    const code = plain(request.code);
    const ended = Date.parse(request.ended_at);
    const body = turn?.offline ? { ...turn.told, ...request, ...this.#judgedHere(ended) } : request;
    const made = request.ended_at;
    const name = turn?.cylinder?.serial_no ?? code;
    const { reading, ...sent } = body;
    if (reading) sent.reading_before ??= reading;
    const after = { ...turn, ...filledOf(code, request) };
    await queue.add({ ref: request.ref, code, name, body: sent, made }, after);
    await this.#list.filled(code, ended);
    const before = request.gross_before_g ?? turn?.told?.gross_before_g ?? null;
    return this.#kept(request, before, found);
  }

  /** A fill that is in the queue or was: told a second time after the page was killed. */
  again(request) {
    return this.#kept(request, request.gross_before_g ?? null, null);
  }

  #kept(request, before, found) {
    const body = {
      ref: request.ref,
      verdict: found?.verdict ?? "allow",
      findings: found ? this.#said(found) : [],
      net_g: before === null || request.gross_after_g == null ? null : request.gross_after_g - before,
      pressure_kpa: request.pressure_kpa ?? null,
      queued: true,
      offline: this.#mark(),
    };
    return { status: 201, body };
  }

  #judgedHere(ended) {
    const age = ended - Date.parse(this.#list.head?.issued_at ?? "");
    return { offline: true, snapshot_hours: Math.max(Math.floor(age / HOUR_MS), 0) };
  }

  async abort({ code }) {
    await store.dropTurn(plain(code));
    return { status: 204, body: null };
  }
}

/** What was seen at the check, as the judge asks for it. The plate of a vehicle cannot be compared without the register. */
function seen(turn) {
  if (!turn) return {};
  const { plate: _plate, reading: _reading, ...told } = turn.told ?? {};
  return { ...told, checker: turn.checker, checked_at: turn.prechecked_at };
}

function standing({ state, checker, prechecked_at, told, fill }) {
  return {
    state,
    checker,
    prechecked_at: new Date(prechecked_at).toISOString(),
    gross_before_g: fill?.gross_before_g ?? told?.gross_before_g ?? null,
    filler: fill?.filler,
    gross_after_g: fill?.gross_after_g ?? null,
    pressure_kpa: fill?.pressure_kpa ?? null,
  };
}

function filledOf(code, { ref, filler, checker, ended_at, gross_before_g, gross_after_g, pressure_kpa }) {
  const fill = { filler, ended_at, gross_before_g, gross_after_g, pressure_kpa };
  return { code, state: "filled", ref, checker, prechecked_at: Date.parse(ended_at), fill };
}

/** The list knows no serial numbers and no names: the code stands for the cylinder. */
function cylinderOf(code, { row, facts }) {
  if (!row) return null;
  const { kind, medium, tare_g } = facts;
  return { code, serial_no: code, kind, medium, tare_g };
}

/** What has to be told beside the items of the check, as registry/rules/filling_asks.py says it. */
function asksOf(facts) {
  if (!facts?.kind) return [];
  const { limit = {}, kind } = facts;
  const asks = [limit.by_temperature ? "pressure" : "gross"];
  if (limit.by_temperature || (limit.max_kg && limit.max_mpa)) asks.push("temperature");
  if (facts.first_fill || facts.first_after_inspection) asks.push("purged");
  if (kind.startsWith("vehicle_")) asks.push("plate", "passengers");
  return asks;
}

function limitsOf({ max_g, stop_g, max_mpa }) {
  const kg = (grams) => (grams == null ? undefined : String(grams / 1000));
  return { max_kg: kg(max_g), stop_at_kg: kg(stop_g), max_pressure_mpa: max_mpa };
}
