// The four steps of the first run, taken or skipped.
import { misfits } from "./measure.mjs";
import { check, input, open } from "./page.mjs";

const { browser, page, faults } = await open();
// Each step on a small phone too.
async function fits(step) {
  for (const width of [320, 1200]) {
    await page.setViewportSize({ width, height: 900 });
    const found = await misfits(page);
    check(found.length === 0, `${step} at ${width}: ${found.join("; ")}`);
  }
}

await page.goto(input.link);
await fits("the name");
check((await page.textContent("h1")).includes("call you"), "the first step asks for a name");
if (!input.skip) await page.fill("#name", "Anna");
await page.click(input.skip ? "button[value=skip]" : "button[value=next]");

await fits("the passphrase");
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
await fits("the words");
const phrase = await page.locator(".phrase li").allTextContents();
await page.screenshot({ path: `${input.shots}/first-run-phrase.png`, fullPage: true });
await page.click("text=I wrote them down");

await fits("the preset");
if (!input.skip) await page.check("#p-careful");
await page.screenshot({ path: `${input.shots}/first-run-preset.png`, fullPage: true });
await page.click(input.skip ? "button[value=skip]" : "button[value=next]");

await fits("the first supplier");
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
