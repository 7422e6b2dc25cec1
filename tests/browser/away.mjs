// A phone is added by a link that was made at home, keeps the pages among its programs, shows a page of its own without a line, and is
// opened by a passkey; so is the computer at home. Another browser is nobody.
import { check, input, looked, args } from "./page.mjs";
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
// The test on the other side does what this asks for, and says so.
async function ask(what) {
  console.log(what);
  await lines.next();
}

const { hostname } = new URL(input.origin);
const places = [];
// A browser with a home of its own: without one nothing can be installed.
async function browser(options) {
  const place = mkdtempSync(join(tmpdir(), "regie-away-"));
  places.push(place);
  const context = await chromium.launchPersistentContext(place, {
    executablePath: "/usr/bin/chromium",
    args: [...args, `--host-resolver-rules=MAP ${hostname} 127.0.0.1`, `--ignore-certificate-errors-spki-list=${input.key}`],
    locale: "en-GB",
    ...options,
  });
  context.setDefaultTimeout(15000);
  const page = context.pages()[0] ?? (await context.newPage());
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { context, page, cdp };
}
const title = (page) => page.textContent("h1");
const violations = [];
await ask("value");

// At home: the passphrase makes a code.
const home = await browser({ viewport: { width: 1200, height: 900 } });
await home.page.goto(input.link);
const at = (path) => new URL(path, home.page.url()).href;
await home.page.goto(at("/devices"));
violations.push(...(await looked(home.page, "devices")));
await home.page.fill("#add-passphrase", "test passphrase");
await home.page.click("button[value=invite]");
check(await home.page.isVisible("#invited ~ p img"), "the code is a picture");
const link = (await home.page.textContent("section[aria-labelledby=invited] .key")).trim();
check(link.startsWith(`${input.origin}/add/`), link);
violations.push(...(await looked(home.page, "devices, with a code")));

// On the phone: a stranger first, then added.
const phone = await browser({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
await phone.page.goto(`${input.origin}/data`);
check((await title(phone.page)) === "This device is not known here", "a stranger");
violations.push(...(await looked(phone.page, "a stranger")));
await phone.page.click("text=Nederlands");
check((await title(phone.page)) === "Dit apparaat is hier niet bekend", "in Dutch");
await phone.page.goto(link);
violations.push(...(await looked(phone.page, "add")));
await phone.page.fill("#name", "My phone");
await phone.page.click("button.primary");
await phone.page.waitForURL("**/added");
violations.push(...(await looked(phone.page, "added")));
await phone.page.setViewportSize({ width: 390, height: 844 });

// It can be installed, and says so where there is no line.
await phone.page.evaluate(() => navigator.serviceWorker.ready);
await phone.page.goto(`${input.origin}/data/email`);
check((await phone.page.inputValue("#value")) === "anna@example.org", "it shows what there is");
await phone.page.goto(`${input.origin}/`);
const { installabilityErrors: installable } = await phone.cdp.send("Page.getInstallabilityErrors");
await ask("cut");
await phone.page.goto(`${input.origin}/data/email`);
check((await title(phone.page)) === "There is no connection now", `no line: ${await title(phone.page)}`);
check(!(await phone.page.content()).includes("anna@"), "and nothing of anybody");
violations.push(...(await looked(phone.page, "offline")));
await phone.page.setViewportSize({ width: 390, height: 844 });
const kept = await phone.page.evaluate(async () => {
  const all = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  return all.flat().map((request) => new URL(request.url).pathname);
});
await ask("mend");
await phone.page.click("text=Try again");
await phone.page.waitForSelector("header form.language");

// A passkey: made once, not twice by one authenticator; it opens what was locked, and a browser that lost its cookie.
await phone.page.goto(`${input.origin}/added`);
await phone.page.click("#passkey-add button");
await phone.page.waitForSelector("#passkey");
violations.push(...(await looked(phone.page, "a passkey")));
await phone.page.click("#passkey button.primary");
await phone.page.waitForURL("**/devices");
check((await phone.page.textContent("main")).includes("It asks for its passkey"), "it has one");
violations.push(...(await looked(phone.page, "devices, on the phone")));
await phone.page.click("button[value=passkey]");
await phone.page.click("#passkey button.primary");
await phone.page.waitForSelector("#passkey-refused:visible");
await phone.page.goto(`${input.origin}/security`);
await phone.page.click("button[value=lock]");
await phone.page.waitForSelector("#passkey");
check((await title(phone.page)) === "Locked", await title(phone.page));
await phone.page.goto(`${input.origin}/data/email`);
violations.push(...(await looked(phone.page, "locked")));
let sent;
phone.page.on("request", (request) => {
  if (request.url().endsWith("/passkey/in")) sent = request.postData();
});
await phone.page.click("#passkey button");
await phone.page.waitForSelector("#value");
check((await phone.page.inputValue("#value")) === "anna@example.org", "the page that was wanted");
// What was said once opens nothing again.
const replayed = await phone.page.evaluate(async (body) => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return (await fetch("/passkey/in", { method: "POST", body, headers })).status;
}, sent);
check(replayed === 410, `said again: ${replayed}`);
await phone.context.clearCookies();
await phone.page.goto(`${input.origin}/devices`);
check((await title(phone.page)) === "This device is not known here", "without its cookie");
await phone.page.click("#passkey button");
await phone.page.waitForSelector("h2#devices");
check((await phone.page.textContent("h2#devices")) === "One device", "the same device as before");

// At home the passkey is made and shown at the door.
await home.page.goto(at("/devices"));
await home.page.fill("#passkey-passphrase", "test passphrase");
await home.page.click("button[value=passkey]");
await home.page.waitForSelector("#passkey");
check(new URL(home.page.url()).hostname === "localhost", home.page.url());
await home.page.click("#passkey button.primary");
await home.page.waitForSelector("h2#passkeys");
check(new URL(home.page.url()).hostname.startsWith("regie-"), home.page.url());
const door = `http://localhost:${new URL(home.page.url()).port}`;
await home.page.goto(at("/security"));
await home.page.click("button[value=leave]");
await home.page.goto(`${door}/contracts`);
violations.push(...(await looked(home.page, "enter, with a passkey")));
await home.page.click("#passkey button");
await home.page.waitForSelector("header form.language");
check(new URL(home.page.url()).pathname === "/contracts", home.page.url());
check((await home.context.cookies(door)).length === 0, "no cookie where other ports would get it");
await home.page.goto(at("/security"));
await home.page.click("button[value=lock]");
await home.page.waitForSelector("#passphrase");
await home.page.click("text=Get in with a passkey");
await home.page.waitForSelector("#passkey");
await home.page.click("#passkey button");
await home.page.waitForSelector("header form.language");

// Removed at home, the phone is nobody, and its passkey opens nothing.
await ask("forget");
await phone.page.goto(`${input.origin}/`);
check((await title(phone.page)) === "This device is not known here", "removed");
check((await phone.page.locator("#passkey").count()) === 0, "nor is its passkey asked for");

await phone.context.close();
await home.context.close();
places.forEach((place) => rmSync(place, { recursive: true, force: true }));
// Who is asked waits for more.
process.stdin.destroy();
console.log(JSON.stringify({ installable, kept, violations }));
