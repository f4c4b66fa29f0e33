// Opens the page at the gun: as the registry sent it, or from what this device keeps of its last visit. `prepare` answers the
// page's setup, or nothing where there is nothing to work with.
import { button, make } from "../dom.js";
import { t } from "../texts.js";
import { watchBanner } from "./banner.js";
import * as line from "./line.js";
import * as store from "./store.js";

const OWNER = "gun.owner";
const CHECK = "gun.check"; // somebody signed in or out since: who it is has to be asked first
const SETUPS = "setups";
const $ = (id) => document.getElementById(id);

function language() {
  return document.documentElement.lang.startsWith("en") ? "en" : "zh";
}

/** `embedded`: the setup as the registry sent it, or null on the page that devices keep. `redraw` draws the page anew. */
export async function prepare(embedded, redraw) {
  navigator.serviceWorker?.register("/filling/offline/sw.js", { scope: "/filling/gun" }).catch(() => {});
  navigator.storage?.persist?.().catch(() => {});
  return embedded ? sent(embedded, redraw) : kept(redraw);
}

async function sent(setup, redraw) {
  localStorage.setItem(OWNER, JSON.stringify(setup.keeper));
  localStorage.removeItem(CHECK);
  await line.open(setup.keeper, language());
  watchBanner(redraw);
  if (store.isOpen()) await remember({ ...setup, title: $("gun-title").textContent });
  return setup;
}

/** Readings of a scale are of that moment only. */
async function remember(setup) {
  const setups = (await store.kept(SETUPS)) ?? {};
  const now = { ...setup.now, readings: [], waiting: {} };
  await store.keep(SETUPS, { ...setups, [setup.gun]: { ...setup, now } });
}

async function kept(redraw) {
  const owner = JSON.parse(localStorage.getItem(OWNER) ?? "null");
  if (!owner) return nothing(t("offline.first"));
  if (localStorage.getItem(CHECK)) await isHim(owner);
  await line.open(owner, language());
  watchBanner(redraw);
  const setups = (store.isOpen() && (await store.kept(SETUPS))) || {};
  const setup = setups[new URLSearchParams(location.search).get("gun")];
  if (!setup) return choice(Object.values(setups));
  $("gun-title").textContent = setup.title;
  document.title = setup.title;
  return setup;
}

/** Without the registry nobody can prove who he is: he says it, and only he can send what is recorded now. */
function isHim(owner) {
  const go = button(t("offline.continue", { name: owner.name }), { tone: "primary" });
  $("gun-view").replaceChildren(
    make("p", { class: "gun-ask" }, [t("offline.whose", { unit: owner.unit })]),
    go,
  );
  return new Promise((done) => {
    go.addEventListener("click", () => {
      localStorage.removeItem(CHECK);
      $("gun-view").replaceChildren();
      done();
    });
  });
}

function nothing(text) {
  $("gun-view").replaceChildren(make("p", { class: "gun-ask" }, [text]));
  return null;
}

function choice(setups) {
  if (!setups.length) return nothing(t("offline.first"));
  const links = setups.map(({ gun, title }) =>
    make("li", {}, [make("a", { class: "btn btn-lg", href: `?gun=${encodeURIComponent(gun)}` }, [title])]),
  );
  $("gun-view").replaceChildren(make("ul", { class: "gun-offline-guns" }, links));
  return null;
}
