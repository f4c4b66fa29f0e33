// The service worker of pages that work without a network (/field/, /filling/gun, forms filled in on site): keeps what stands
// in for them and all it loads. The server puts the list in front (KEPT): the name, which addresses are such pages (a pattern),
// what is kept in their place (shell), the files. It keeps no data and sends nothing: that is the page's work, under the eyes
// of whoever is signed in.
const { name, version, pages, shared, shell, files } = self.KEPT;
// Workers of several scopes keep the same files, each its own: they do not change at the same moment.
const SCOPE = shared ? new URL(self.registration.scope).pathname.replace(/\W/g, "-") : "-";
const NAME = `${name}${SCOPE}`;
const CACHE = `${NAME}${version}`;
const PAGES = new RegExp(pages);
const WAIT_MS = 2500; // a line that is there but dead must not keep anybody from the page

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([shell, ...files].map((address) => new Request(address, { cache: "no-cache" })));
}

async function tidy() {
  for (const other of await caches.keys())
    if (other.startsWith(NAME) && other !== CACHE) await caches.delete(other);
  await self.clients.claim();
}

async function page(request) {
  const kept = await (await caches.open(CACHE)).match(shell);
  if (kept && !navigator.onLine) return kept;
  const asked = fetch(request);
  if (!kept) return asked;
  const late = new Promise((done) => setTimeout(done, WAIT_MS));
  const answer = await Promise.race([asked.catch(() => null), late]);
  return answer && isAnswer(answer) ? answer : kept;
}

/** A stranger is sent to the sign-in page, and that is an answer too; so is a refusal of the registry's own. */
function isAnswer(answer) {
  const ours = answer.status < 500 && answer.headers.has("Content-Security-Policy");
  return answer.ok || answer.type === "opaqueredirect" || ours;
}

function plain(pathname) {
  return pathname.replace(/\/+$/, "");
}

async function file(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreSearch: true })) ?? fetch(request);
}

// No skipWaiting: an open page goes on with the files it began with.
self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGES.test(plain(pathname)) && !searchParams.has("wait")) event.respondWith(page(request));
  } else if (files.includes(pathname)) event.respondWith(file(request));
});
