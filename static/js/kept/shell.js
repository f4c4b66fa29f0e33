// What stands in for a form's page without a network: finds whose phone it is, and draws the page that lies in his store.
import { button, make } from "../dom.js";
import { t } from "../texts.js";
import { CHECK, keptPage, OWNER, openStore, store } from "./store.js";

const view = document.getElementById("kept-view");

function mount({ html }) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.documentElement.dataset.shell = "";
  document.title = page.title;
  document.body.replaceWith(document.importNode(page.body, true));
}

function tell(...nodes) {
  view.replaceChildren(...nodes);
}

function again() {
  const address = new URL(location.href);
  address.searchParams.set("wait", "1");
  return make("a", { class: "btn btn-primary", href: address.href }, [t("kept.shell.again")]);
}

async function others() {
  const rows = (await store.records()).filter(({ state }) => state !== "sent");
  const lines = rows.map(({ label, address }) => make("li", {}, [make("a", { href: address }, [label])]));
  return lines.length ? [make("p", {}, [t("kept.shell.others")]), make("ul", {}, lines)] : [];
}

async function draw() {
  const address = location.pathname + location.search;
  const page = await keptPage(address);
  if (page) mount(page);
  else tell(make("p", {}, [t("kept.shell.none")]), again(), ...(await others()));
}

async function open() {
  const owner = localStorage.getItem(OWNER);
  if (!owner) return tell(make("p", {}, [t("kept.shell.none")]), again());
  await openStore(owner);
  const name = (await store.kept("me"))?.name;
  if (!localStorage.getItem(CHECK) || !name) return draw();
  const go = button(t("kept.shell.continue", { name }), { tone: "primary" });
  go.addEventListener("click", () => {
    localStorage.removeItem(CHECK);
    draw();
  });
  tell(make("p", {}, [t("kept.shell.whose")]), go);
}

open();
