// Comes back the next day, with a form half filled in, after a lock, and after the node was started anew: always by the
// passphrase, at the page that was wanted, and never by way of a terminal.
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
const elsewhere = (url) => !url.pathname.startsWith("/kept");
let clicks = 0;
async function enter(on = page) {
  check((await on.textContent("h1")) === "Enter your passphrase", `the question stands at ${on.url()}`);
  await on.fill("#passphrase", "test passphrase");
  await on.click("button.primary");
  clicks += 1;
  await on.waitForSelector("header form.language");
}

// The bookmark: one click, and the page that was asked for.
await page.goto(`http://127.0.0.1:${input.port}/contracts?x=1`);
check(page.url() === `http://localhost:${input.port}/contracts?x=1`, `one place to remember: ${page.url()}`);
violations.push(...(await looked(page, "enter")));
// In another language, and on in it.
await page.click("text=Nederlands");
check((await page.textContent("h1")) === "Vul uw wachtzin in", "in Dutch");
await page.fill("#passphrase", "test passphrase");
await page.click("button.primary");
await page.waitForSelector("header form.language");
check((await page.getAttribute("html", "lang")) === "nl", "the pages after it, too");
await page.context().clearCookies();
await page.goto(`http://localhost:${input.port}/contracts?x=1`);
await enter();
check(page.url().startsWith("http://regie-") && page.url().endsWith("/contracts?x=1"), page.url());
const first = clicks;
check((await context.cookies(`http://localhost:${input.port}`)).length === 0, "no cookie where other ports would get it");

// The next day: the session ended while something was typed.
await page.goto(new URL("/data/email", page.url()).href);
await page.fill("#value", "anna@example.org");
await ask("end all sessions");
clicks = 0;
await page.click("button[value=save]");
await page.waitForSelector("#passphrase");
check((await page.textContent(".notice")).includes("kept"), "they are told");
violations.push(...(await looked(page, "enter, with a form")));
await page.fill("#passphrase", "wrong");
await page.click("button.primary");
check(await page.isVisible("[role=alert]"), "a wrong passphrase is told so");
clicks = 0;
await enter();
check((await page.textContent("main")).includes("anna@example.org"), "what was typed is shown");
violations.push(...(await looked(page, "kept")));
await page.click("text=Send it now");
clicks += 1;
await page.waitForURL(elsewhere);
const tomorrow = clicks;

// A lock in another tab.
await page.goto(new URL("/data/email", page.url()).href);
check((await page.inputValue("#value")) === "anna@example.org", "it was sent");
await page.fill("#value", "anna@example.net");
const other = await context.newPage();
await other.goto(new URL("/security", page.url()).href);
await other.click("button[value=lock]");
await other.waitForSelector("#passphrase");
await page.click("button[value=save]");
await page.waitForSelector("#passphrase");
await enter();
await page.click("text=Send it now");
await page.waitForURL(elsewhere);
await other.goto(new URL("/data/email", page.url()).href);
check((await other.inputValue("#value")) === "anna@example.net", "sent after a lock");

// Started anew: a page that is still open leads to the question, and a form from before is told.
await other.fill("#value", "anna@example.com");
await page.goto(new URL("/wishes", page.url()).href);
await ask("start anew");
await page.click(".groups summary >> nth=0");
await page.click(".groups a[href='/cases']");
await page.waitForSelector("#passphrase");
await enter();
check(new URL(page.url()).pathname === "/cases", page.url());
await other.click("button[value=save]");
await other.waitForURL("**/before");
check((await other.textContent("h1")) === "That did not arrive", "a form from before the start is told");
await other.click("a.button");
await enter(other);

const odd = faults.filter((fault) => !/status of (401|409)/.test(fault));
check(odd.length === 0, odd.join("\n"));
await browser.close();
// Who is asked waits for more.
process.stdin.destroy();
console.log(JSON.stringify({ first, tomorrow, violations }));
