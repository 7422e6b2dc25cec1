// Something comes in while pages are open: the count in title and menu, the page itself, a second tab; what somebody typed stays.
// Then the worker shows what came by the browser's push service.
import { check, input, looked, open } from "./page.mjs";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
// The test on the other side does what this asks for, and says so.
async function ask(what) {
  console.log(what);
  await lines.next();
}

const { browser, context, page, faults } = await open();
const violations = [];
await page.goto(input.link);
await page.waitForSelector("header nav");
const at = (path) => new URL(path, page.url()).href;
await page.goto(at("/"));
check(!(await page.title()).startsWith("("), "nothing waits yet");

// A second tab, on another page.
const other = await context.newPage();
await other.goto(at("/inbox"));

await ask("case access");
await page.waitForFunction(() => document.title.startsWith("(1) "));
await page.waitForSelector("main a.button[href='/cases']");
check((await page.textContent("nav [data-count=cases]")) === "1", "the menu counts");
check((await page.textContent("#fresh")).length > 0, "who can't see it is told");
await other.waitForFunction(() => document.title.startsWith("(1) "));
violations.push(...(await looked(page, "home that changed")));

// What is opened or typed is not taken away: a line says that there is more, and leads to it.
await page.evaluate(() => {
  const typed = document.createElement("input");
  typed.id = "typed";
  typed.setAttribute("aria-label", "a sentence");
  document.getElementById("main").append(typed);
});
await page.fill("#typed", "half a sentence");
await ask("case objection");
await page.waitForSelector("#news:not([hidden])");
check((await page.inputValue("#typed")) === "half a sentence", "what was typed is there");
check((await page.title()).startsWith("(2) "), "and the title counts");
violations.push(...(await looked(page, "home with more")));
await page.click("#news a");
await page.waitForFunction(() => document.getElementById("news").hidden);
check((await page.locator("#typed").count()) === 0, "the page was loaded again");

// The tab that listened for all of them is closed: another one listens.
await page.close();
await ask("case erasure");
await other.waitForFunction(() => document.title.startsWith("(3) "));

// Leaving somebody in by what a page does itself would keep a session open for ever: it says so with each such look.
const [request] = await Promise.all([
  other.waitForRequest((one) => one.headers()["x-regie-by-itself"] === "1"),
  other.goto(at("/")).then(() => ask("case portability")),
]);
check(request.method() === "GET", "it only looks");

// The worker, with a message as the browser's push service would hand it over.
await context.grantPermissions(["notifications"], { origin: new URL(other.url()).origin });
await other.goto(at("/told"));
violations.push(...(await looked(other, "told")));
const cdp = await context.newCDPSession(other);
const registered = new Promise((found) => cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
  if (registrations.length > 0) found(registrations[0].registrationId);
}));
await cdp.send("ServiceWorker.enable");
await other.evaluate(async () => {
  await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
});
const origin = new URL(other.url()).origin;
const push = async (data) => cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await registered, data });
const shown = () => other.evaluate(async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map((one) => ({ title: one.title, body: one.body }));
});
async function until(holds, what) {
  for (let n = 0; n < 200; n += 1) {
    const all = await shown();
    if (holds(all)) return;
    await other.waitForTimeout(50);
  }
  throw new Error(`${what}: ${JSON.stringify(await shown())}`);
}
await push(JSON.stringify({ title: "2 things wait for you", text: "<b>2 requests</b>" }));
await until((all) => all.length === 1 && all[0].title === "2 things wait for you" && all[0].body === "<b>2 requests</b>", "shown as text");
await push("no JSON");
await until((all) => all.length === 1 && all[0].title === "regie", "shown without words, in place of the one before");

check(faults.length === 0, faults.join("\n"));
await browser.close();
// Who is asked waits for more.
process.stdin.destroy();
console.log(JSON.stringify({ violations }));
