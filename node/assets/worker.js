// Works for the pages while none is open: shows a notice that came by the browser's push service, and a page of its own where there
// is no line. It knows nothing of its person. What it keeps is the same for everybody: style, scripts, icons, and that page; a page
// of the person's it never keeps, and never answers from anything but the line.
const KEPT = "regie-1";
const NO_LINE = "/offline";
const THINGS = [NO_LINE, "/assets/style.css", "/assets/icon.svg"];

// At home the pages' name is another after each start, and the line is the machine itself: nothing is kept there.
const away = !/(^|\.)localhost$/.test(self.location.hostname);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  if (away) event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(THINGS)));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))));
  event.waitUntil(Promise.all([old, self.clients.claim()]));
});

async function asset(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (error) {
    const there = await kept.match(request);
    if (there) return there;
    throw error;
  }
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const there = await caches.match(NO_LINE);
    if (there) return there;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (!away || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.method === "GET" && url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

self.addEventListener("push", (event) => {
  let said = { title: "regie", text: "" };
  try {
    const came = event.data.json();
    said = { title: String(came.title).slice(0, 200), text: String(came.text).slice(0, 2000) };
  } catch {
    // Shown without words: a push that shows nothing would cost the permission.
  }
  event.waitUntil(self.registration.showNotification(said.title, { body: said.text, tag: "regie", icon: "/assets/icon.svg" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // At home the name of the dashboard's host is another after each start; its door is not.
  const place = away ? "/" : `http://localhost:${self.location.port}/`;
  event.waitUntil(self.clients.openWindow(place));
});
