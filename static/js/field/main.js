// /field/: the visit on the phone, without a signal. Addresses behind the #: / start visit/REF join join/REF queue queue/REF.
import { make } from "../dom.js";
import { hold } from "../offline/alone.js";
import { loadClock } from "../offline/clock.js";
import { speakFor } from "../offline/contact.js";
import { t } from "../texts.js";
import { homeView } from "./home-view.js";
import { joinView } from "./join-view.js";
import { onQueue, send, sendAgain, tidy, watchQueue, whyStopped } from "./queue.js";
import { queueView } from "./queue-view.js";
import { startView } from "./start-view.js";
import * as store from "./store.js";
import { visitView } from "./visit-view.js";
import { current, loadWork, refresh } from "./work.js";

const OWNER = "field.owner";
const CHECK = "field.check"; // somebody signed in or out since: who it is has to be asked first
const SIGN_IN = `/account/sign-in?next=${encodeURIComponent("/field/")}`;

const $ = (id) => document.getElementById(id);
let owner = localStorage.getItem(OWNER);
let contact = "";
let problem = "";
let live = false;
let turn = 0;
let held = { ref: "", release: null };

const frame = {
  owner: () => owner,
  go(hash) {
    if (location.hash === hash) draw();
    else location.hash = hash;
  },
};

function route() {
  const [, name = "", ref = ""] = location.hash.replace(/^#/, "").split("/");
  return [name, ref];
}

/** One tab at a time works on a draft; the other would overwrite it. */
async function mine(ref) {
  if (held.ref === ref) return true;
  held.release?.();
  held = { ref: "", release: null };
  const release = ref ? await hold(`field-draft-${ref}`) : null;
  if (release) held = { ref, release };
  return !ref || Boolean(release);
}

async function view(root) {
  const [name, ref] = route();
  if (!(await mine(["visit", "join"].includes(name) ? ref : "")))
    return { title: t("field.title"), back: "#/", gone: [t("field.elsewhere")] };
  if (name === "start") return startView(root, "visit", frame);
  if (name === "visit") return (await visitView(root, ref, frame)) ?? queueView(root, ref, frame);
  if (name === "join" && ref) return (await joinView(root, ref, frame)) ?? queueView(root, ref, frame);
  if (name === "join") return startView(root, "join", frame);
  if (name === "queue") return queueView(root, ref, frame);
  return homeView(root, frame);
}

async function draw({ still = false } = {}) {
  const number = ++turn;
  const root = make("div", { id: "field-view" });
  const found = owner && current() ? await view(root) : nobody(root);
  if (number !== turn) return;
  if (found.gone)
    root.replaceChildren(
      make("p", { class: "notice notice-warn" }, found.gone.slice(0, 1)),
      ...found.gone.slice(1),
    );
  $("field-view").replaceWith(root);
  $("field-title").textContent = found.title;
  document.title = found.title;
  $("field-back").hidden = !found.back;
  $("field-actions").hidden = !found.actions?.length;
  $("field-actions").replaceChildren(...(found.actions ?? []));
  live = Boolean(found.live);
  if (!still) window.scrollTo(0, 0);
  await tell();
}

function nobody(root) {
  root.append(make("p", { id: "field-nobody" }, [problem || t("field.first")]));
  return { title: t("field.title"), back: null };
}

async function tell() {
  const lines = [];
  const signedOut = [contact, whyStopped()].includes("signed-out");
  if (signedOut) {
    const link = make("a", { href: SIGN_IN, class: "btn btn-primary", id: "field-sign-in" }, [
      t("field.sign_in"),
    ]);
    lines.push(
      make("div", { class: "notice notice-warn" }, [make("div", {}, [t("field.signed_out"), " ", link])]),
    );
  }
  if (whyStopped() === "other") lines.push(make("p", { class: "notice notice-warn" }, [t("field.other")]));
  const offline = !navigator.onLine || contact === "away";
  if (offline) lines.push(make("p", { class: "field-offline" }, [t("field.offline")]));
  $("field-notices").replaceChildren(...lines);
  const waiting = store.isOpen()
    ? (await store.records()).filter(({ state }) => state === "waiting" || state === "failed")
    : [];
  const failed = waiting.some(({ state }) => state === "failed");
  $("field-state").hidden = !waiting.length;
  $("field-state").className = `field-state${failed ? " field-state-bad" : ""}`;
  $("field-state").textContent = t(failed ? "field.badge.failed" : "field.badge", { count: waiting.length });
}

/** Asks the registry who is signed in and what is new. */
async function meet() {
  const answer = await refresh(owner);
  contact = answer.kind;
  if (answer.kind === "refused") problem = answer.detail;
  if (answer.kind === "ok") {
    owner = String(answer.owner);
    localStorage.setItem(OWNER, owner);
    localStorage.removeItem(CHECK);
    if (answer.switched) {
      await loadClock(store);
      if (route()[1]) location.hash = "#/"; // that was another person's record
    }
    return true;
  }
  if (answer.kind === "same") localStorage.removeItem(CHECK);
  return answer.kind === "same";
}

async function resume() {
  speakFor(owner);
  await store.openStore(owner);
  await loadClock(store);
  await loadWork();
}

async function open() {
  const certain = owner && !localStorage.getItem(CHECK);
  if (certain) {
    await resume();
    await draw();
  }
  const before = current();
  const met = await meet();
  if (!certain && !met && owner && contact === "away") await askWhose();
  else if (!certain || current() !== before) {
    const [name] = route();
    // A page somebody is working on is not drawn anew under his hands.
    if (!certain || name === "" || name === "queue") await draw({ still: certain });
  }
  await tell();
  if (owner && (certain || met)) {
    await tidy();
    await sendAgain();
  }
}

/** Signed in or out without having reached the registry since: the worker says that the phone is still his. */
async function askWhose() {
  await resume();
  const name = current()?.me.name;
  if (!name) return;
  const work = current();
  const go = make("button", { type: "button", class: "btn btn-primary" }, [t("field.continue", { name })]);
  go.addEventListener("click", async () => {
    localStorage.removeItem(CHECK);
    await draw();
    await send();
  });
  $("field-view").replaceChildren(make("p", {}, [t("field.whose", { unit: work.me.unit })]), go);
}

window.addEventListener("hashchange", () => {
  if (!location.hash || location.hash.startsWith("#/")) draw(); // not for the link that skips to the content
});
window.addEventListener("online", async () => {
  await meet();
  await tell();
});
window.addEventListener("offline", () => tell());
window.addEventListener("unhandledrejection", ({ reason }) => {
  const key = reason?.name === "QuotaExceededError" ? "field.full" : "field.trouble";
  $("field-notices").append(
    make("p", { class: "notice notice-bad" }, [t(key, { reason: reason?.message ?? "" })]),
  );
});
onQueue(async () => {
  if (whyStopped() === "other" && contact !== "other") {
    contact = "other";
    await meet();
    await draw();
  } else if (live) await draw({ still: true });
  else await tell();
});
navigator.serviceWorker?.register("/field/sw.js", { scope: "/field/" }).catch(() => {});
navigator.storage?.persist?.();
watchQueue();
open();
