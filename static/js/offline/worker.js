// The service worker of a page that works without a network (/field/, /filling/gun): keeps the page and all it loads. The
// server puts the list in front (KEPT): the page's name and address, what is kept in its place (shell), the files. It keeps no
// data and sends nothing: that is the page's work, under the eyes of whoever is signed in.
const { name: NAME, version, page: PAGE, shell, files } = self.KEPT;
const CACHE = `${NAME}-${version}`;
const WAIT_MS = 2500; // a line that is there but dead must not keep anybody from the page

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([shell, ...files].map((address) => new Request(address, { cache: "no-cache" })));
}

async function tidy() {
  for (const name of await caches.keys())
    if (name.startsWith(`${NAME}-`) && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function page(request) {
  const kept = await (await caches.open(CACHE)).match(shell);
  if (kept && !navigator.onLine) return kept;
  const asked = fetch(request);
  if (!kept) return asked;
  const late = new Promise((done) => setTimeout(done, WAIT_MS));
  const answer = await Promise.race([asked.catch(() => null), late]);
  // A stranger is sent to the sign-in page, and that is an answer too.
  return answer?.ok || answer?.type === "opaqueredirect" ? answer : kept;
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
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (plain(pathname) === plain(PAGE)) event.respondWith(page(request));
  } else if (files.includes(pathname)) event.respondWith(file(request));
});
