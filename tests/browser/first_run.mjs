// The four steps of the first run, taken or skipped.
import { check, input, open } from "./page.mjs";

const { browser, page, faults } = await open();
await page.goto(input.link);
check((await page.textContent("h1")).includes("call you"), "the first step asks for a name");
if (!input.skip) await page.fill("#name", "Anna");
await page.click(input.skip ? "button[value=skip]" : "button[value=next]");

let passphrase = "a sentence of my own";
if (input.skip) {
  await page.click("button[value=skip]");
  passphrase = (await page.textContent(".words")).trim();
} else {
  await page.fill("#passphrase", "short");
  await page.fill("#again", "short");
  await page.click("button[value=next]");
  check(await page.isVisible("[role=alert]"), "a short passphrase is told so");
  await page.fill("#passphrase", passphrase);
  await page.fill("#again", passphrase);
  await page.screenshot({ path: `${input.shots}/first-run-passphrase.png`, fullPage: true });
  await page.click("button[value=next]");
}
const phrase = await page.locator(".phrase li").allTextContents();
await page.screenshot({ path: `${input.shots}/first-run-phrase.png`, fullPage: true });
await page.click("text=I wrote them down");

if (!input.skip) await page.check("#p-careful");
await page.screenshot({ path: `${input.shots}/first-run-preset.png`, fullPage: true });
await page.click(input.skip ? "button[value=skip]" : "button[value=next]");

if (input.skip) {
  await page.click("main a.button:has-text('Skip')");
} else {
  await page.fill("#link", input.pair);
  await page.click("button.primary");
  check((await page.textContent(".words")).trim().split(" ").length === 6, "six words to compare");
  await page.screenshot({ path: `${input.shots}/first-run-words.png`, fullPage: true });
  await page.click("button[value=yes]");
  check((await page.textContent("h1")) === "Stroom BV", "the supplier's page");
}
await page.goto(new URL("/", page.url()).href);
check((await page.textContent("h2")).includes("Nothing waits"), "home");
check(faults.length === 0, faults.join("\n"));
await browser.close();
console.log(JSON.stringify({ phrase, passphrase }));
