// Talking to the registry, for queues: each request says for whom it speaks. An answer is {kind, status, body, etag}; kind:
//   ok, same (not modified), signed-out, other (somebody else is signed in), refused (4xx: it will never do), away (try again)
import { measure } from "./clock.js";

const WAIT_MS = 45000;
let owner = "";

export function speakFor(membership) {
  owner = String(membership ?? "");
}

async function fetched(path, options) {
  const asked = Date.now();
  const answer = await fetch(path, {
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout ? AbortSignal.timeout(WAIT_MS) : undefined,
    ...options,
    headers: { Accept: "application/json", "Acting-As": owner, ...options.headers },
  });
  return { answer, asked, answered: Date.now() };
}

function kindOf(answer, body) {
  // A stranger is sent to the sign-in page.
  if (answer.type === "opaqueredirect" || answer.status === 401) return "signed-out";
  if (answer.status === 304) return "same";
  if (body === undefined) return "away"; // not from the registry: a hotel's sign-in page, a broken proxy
  if (answer.ok) return "ok";
  if (answer.status === 409 && body.type === "other-caller") return "other";
  return answer.status < 500 && ![408, 429].includes(answer.status) ? "refused" : "away";
}

/** JSON, or the page that says what is wrong with a form; nothing when it is not the registry that speaks. */
async function bodyOf(answer, type) {
  if (/json/.test(type)) return answer.json();
  const ours = answer.status === 422 && answer.headers.has("Server-Time");
  return ours ? { page: await answer.text() } : undefined;
}

export async function ask(path, options = {}) {
  try {
    const { answer, asked, answered } = await fetched(path, options);
    const type = answer.headers.get("Content-Type") ?? "";
    const body = await bodyOf(answer, type);
    measure(answer.headers.get("Server-Time"), asked, answered);
    return {
      kind: kindOf(answer, body),
      status: answer.status,
      body,
      etag: answer.headers.get("ETag"),
    };
  } catch {
    return { kind: "away", status: 0 };
  }
}

export function post(path, body) {
  return ask(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
}

export function patch(path, bytes) {
  return ask(path, {
    method: "PATCH",
    body: bytes,
    headers: { "Content-Type": "application/octet-stream" },
  });
}

/** The sentences of a refusal: those of the fields, those of the rules, else the one about the whole. */
export function sentences(body) {
  const found = [];
  const gather = (value) => {
    if (typeof value === "string") found.push(value);
    else if (value && typeof value === "object") Object.values(value).forEach(gather);
  };
  gather(body?.errors);
  for (const finding of body?.findings ?? []) found.push(finding.text);
  if (!found.length && body?.detail) found.push(body.detail);
  return [...new Set(found)];
}
