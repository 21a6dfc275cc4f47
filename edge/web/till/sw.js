/* Keeps the page and what it loads, so that a reload works while the store server is down.
   VERSION and SHELL are filled in by the server: other files make another worker. The API is
   never kept. The page is asked for first, so an updated server is taken at the next load. */

const VERSION = "@VERSION@";
const SHELL = ["@SHELL@"];
const PAGES = SHELL.filter((address) => !address.startsWith("/web/"));
const ANSWER_WITHIN_MS = 4_000;
const CACHE = `till-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
  if (event.addRoutes !== undefined) event.waitUntil(passBy(event));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (PAGES.includes(url.pathname)) event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/web/")) event.respondWith(file(event.request));
});

/** What is never kept goes straight to the server: a question would wait for the worker first, which
 *  a browser stops whenever nothing needed it for a while. */
async function passBy(event) {
  const kept = [...PAGES, "/web/*"].map((pathname) => ({ urlPattern: { pathname } }));
  try {
    await event.addRoutes({ condition: { not: { or: kept } }, source: "network" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.info(error);
  }
}

async function keepShell() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL);
  await self.skipWaiting();
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The server's page, or the kept one while the server does not answer in time. */
async function page(request) {
  try {
    return await fetch(request.url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch (away) {
    const kept = await caches.match(new URL(request.url).pathname);
    if (kept === undefined) throw away;
    return kept;
  }
}

/** A file's address names its version, so the kept one is the right one. */
async function file(request) {
  const kept = await caches.match(request);
  return kept ?? fetch(request);
}
