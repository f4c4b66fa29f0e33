// The only module of the page at the gun that talks to the registry. Every function gives {status, body}; an Unreachable
// says that nobody answered, or somebody else than the registry did, and that the same request may be sent again.
const WAIT_MS = 8000;
const BUSY = [408, 429];
let api = "/api/v1";
let owner = ""; // whose page this is: nobody records under another one's name
let ahead = 0; // milliseconds the registry's clock is ahead of this device's

export class Unreachable extends Error {}

export function openContact(address, person) {
  api = address;
  owner = person;
}

/** The registry's time, as far as it is known. */
export function now() {
  return new Date(Date.now() + ahead);
}

async function ask(address, body) {
  let answer;
  let parsed = null;
  try {
    answer = await fetch(address, {
      method: body ? "POST" : "GET",
      body: body ? JSON.stringify(body) : undefined,
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout?.(WAIT_MS),
      headers: {
        Accept: "application/json",
        "Acting-As": owner,
        ...(body ? { "Content-Type": "application/json" } : {}),
      },
    });
    const told = answer.status !== 204 && /json/.test(answer.headers.get("Content-Type") ?? "");
    if (told) parsed = await answer.json();
  } catch {
    throw new Unreachable();
  }
  // A stranger is sent to the sign-in page.
  if (answer.type === "opaqueredirect") return { status: 401, body: null };
  const ours = parsed !== null || answer.status === 204;
  if (!ours || answer.status >= 500 || BUSY.includes(answer.status)) throw new Unreachable();
  // Somebody else has signed in on this device since: that is no answer to this request.
  if (answer.status === 409 && parsed?.type === "other-caller") return { status: 401, body: parsed };
  return { status: answer.status, body: parsed };
}

/** What is so now at this gun: people, readings, what waits. */
export async function look(address) {
  const asked = Date.now();
  const answer = await ask(address);
  if (answer.status === 200) ahead = Date.parse(answer.body.at) - (asked + Date.now()) / 2;
  return answer;
}

export const scan = (request) => ask(`${api}/scans`, request);
export const precheck = (request) => ask(`${api}/prechecks`, request);
export const unlock = (request) => ask(`${api}/unlocks`, request);
export const fill = (request) => ask(`${api}/fillings`, request);
export const postcheck = (request) => ask(`${api}/post-checks`, request);
export const release = (request) => ask(`${api}/releases`, request);
export const abort = (request) => ask(`${api}/aborts`, request);
