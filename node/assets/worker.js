// Shows a notice that came by the browser's push service. It knows nothing of its person and keeps nothing; what comes was
// encrypted for this browser by its node, and is text.
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
  // The name of the dashboard's host is another after each start; its door is not.
  event.waitUntil(self.clients.openWindow(`http://localhost:${self.location.port}/`));
});
