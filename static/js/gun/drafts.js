// What was told of a cylinder and not recorded, when the next one was scanned: it waits in this tab until it is scanned again.
const KEY = "gun.drafts";
const MOST = 20;
const KEPT = ["step", "index", "checks", "postChecks", "choices", "values", "startedAt", "gross_before_g"];

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function write(drafts) {
  sessionStorage.setItem(KEY, JSON.stringify(drafts));
}

export function keepDraft(code, job) {
  const drafts = read();
  delete drafts[code];
  drafts[code] = Object.fromEntries(KEPT.map((name) => [name, job[name]]));
  for (const old of Object.keys(drafts).slice(0, -MOST)) delete drafts[old];
  write(drafts);
}

/** Gives back what was told of a cylinder, once, where it is still at that step. */
export function takeDraft(code, step) {
  const drafts = read();
  const found = drafts[code];
  if (!found) return null;
  delete drafts[code];
  write(drafts);
  return found.step === step ? found : null;
}
