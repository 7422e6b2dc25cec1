// A browser is added to those that are told, as far as one without a line goes: its vendor's push service, which Chromium can't reach
// here, is stood in for by a PushManager that the test puts into the page. Everything else is the browser's own: the permission, the
// worker, the form; and what the node then sends is delivered to that worker by the browser's tools.
import { check, input, looked, open } from "./page.mjs";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(what) {
  console.log(what);
  await lines.next();
}

const { browser, context, page, faults } = await open();
await context.addInitScript(({ keys, endpoint }) => {
  PushManager.prototype.subscribe = async function (options) {
    const key = [...new Uint8Array(options.applicationServerKey)];
    sessionStorage.setItem("asked", JSON.stringify({ visible: options.userVisibleOnly, key }));
    return { toJSON: () => ({ endpoint, keys }) };
  };
}, { endpoint: input.endpoint, keys: { p256dh: input.keys.p256dh, auth: input.keys.auth } });
await page.goto(input.link);
await page.waitForSelector("header nav");
const at = (path) => new URL(path, page.url()).href;
const origin = new URL(page.url()).origin;
await page.goto(at("/told"));
await page.waitForSelector("#browser:not([hidden])");

// Who says no to the browser's question is told so, and nothing is sent.
await context.clearPermissions();
await page.click("#browser button");
await page.waitForSelector("#browser-refused:not([hidden])");
check((await page.evaluate(() => sessionStorage.getItem("asked"))) === null, "nothing was asked of the push service");
const violations = await looked(page, "told, refused");

await context.grantPermissions(["notifications"], { origin });
await page.reload();
await page.waitForSelector("#browser:not([hidden])");
const key = await page.getAttribute("#browser", "data-key");
await Promise.all([page.waitForNavigation(), page.click("#browser button")]);
const asked = JSON.parse(await page.evaluate(() => sessionStorage.getItem("asked")));
check(asked.visible === true, "each push is shown");
check(Buffer.from(asked.key).toString("base64url") === key && asked.key.length === 65, "the node's own key");

const tools = await context.newCDPSession(page);
const registered = new Promise((ready) =>
  tools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    const own = registrations.find((one) => one.scopeURL.startsWith(origin) && !one.isDeleted);
    if (own) ready(own.registrationId);
  }));
await tools.send("ServiceWorker.enable");
const registrationId = await registered;
// The node sends to where the page said, and the test opens it with the keys that only this browser would have.
await ask("subscribed");
await page.evaluate(async () => void (await navigator.serviceWorker.ready));
await tools.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: readFileSync(input.payload, "utf8") });
const shown = await page.evaluate(async () => {
  const worker = await navigator.serviceWorker.ready;
  for (;;) {
    const [one] = await worker.getNotifications();
    if (one) return { title: one.title, body: one.body };
    await new Promise((again) => setTimeout(again, 50));
  }
});
check(faults.length === 0, faults.join("\n"));
await browser.close();
// Who is asked waits for more.
process.stdin.destroy();
console.log(JSON.stringify({ violations, shown }));
