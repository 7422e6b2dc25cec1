// On the page about being told: has this browser told by its maker's push service. Without this script, or where a browser has no
// such service, the page says nothing of it.
const form = document.getElementById("browser");
const able = form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function add() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
  const worker = await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
  const key = bytes(form.dataset.key);
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.submit();
}

if (able) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add().catch(() => (document.getElementById("browser-refused").hidden = false));
  });
}
