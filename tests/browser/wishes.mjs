// What an expert need not know: offers side by side, one taken up, a pattern with one's own value beside, a decision in part; in both
// languages, on a desktop and on a phone of 320 pixels; by axe, and without scripts of the page where a form is sent.
import { check, input, looked, open, tooWide } from "./page.mjs";

const { browser, page, faults } = await open();
const violations = [];
async function look(name) {
  violations.push(...(await looked(page, name)));
  await page.setViewportSize({ width: 320, height: 900 });
  if (await tooWide(page)) violations.push(`${name} (320): wider than the screen`);
  await page.setViewportSize({ width: 1200, height: 900 });
}
async function inDutch(name) {
  await page.locator("form.language button[value=nl]").click();
  await look(name);
}
const inEnglish = () => page.locator("form.language button[value=en]").click();
const main = () => page.locator("main").innerText();

await page.goto(input.link);
await page.goto(new URL("/wishes", page.url()).href);
let text = await main();
for (const shown of ["Energy", "EUR 99.50 a month", "12 months", "36 months", "full name", "above your budget", "1 Mar 2027"]) {
  check(text.includes(shown), `${shown} in ${text}`);
}
check(!/energy\.contract|EUR\/month|persons=/.test(text), `no codes: ${text}`);
check((await page.locator("table.cards tbody tr").count()) === 2, "both side by side");
await look("offers");
await inDutch("offers, nl");
text = await main();
for (const shown of ["Energie", "EUR 99,50 per maand", "12 maanden", "Personen", "boven uw budget"]) {
  check(text.includes(shown), `${shown} in ${text}`);
}
await inEnglish();

// Kinds, and a form of one.
await page.locator("a[href='/wishes/new']").click();
await look("kinds");
await page.locator("a[href='/wishes/new/insurance.car']").click();
await look("a form");
check((await page.locator("select[name=board] option").allInnerTexts()).includes("That of De Buurt"), "boards by name");
await inDutch("a form, nl");
await page.fill("#max", "49,5,5");
await page.locator("button[value=cast]").click();
check((await page.locator("#max-error").innerText()).length > 5, "beside the input");
check((await page.inputValue("#max")) === "49,5,5", "what was typed is there");
await look("a form that was not taken, nl");
await page.goto(new URL("/wishes", page.url()).href);
await inEnglish();

// The first is taken up: it stays, with its contract.
await page.locator("details.sure summary").first().click();
await page.locator("button[value=take]").first().click();
text = await main();
for (const shown of ["You took up the offer of Stroom", "Vast, groen", "12 months", "full name"]) {
  check(text.includes(shown), `${shown} in ${text}`);
}
await look("taken up");
await page.locator("main a[href^='/contracts/']").first().click();
text = await main();
for (const shown of ["Vast, groen", "Stroom", "EUR 99.50", "by the offer that you took up", "1 Mar 2027"]) {
  check(text.includes(shown), `${shown} in ${text}`);
}
await look("its contract");

// A pattern.
await page.goto(new URL("/segments", page.url()).href);
await page.waitForSelector("article.card");
await inDutch("a pattern, nl");
text = await main();
for (const shown of ["Energie", "Een tarief voor twee", "personen in het huishouden is 1 tot 2", "Zegt u ja, dan hoort Stroom"]) {
  check(text.includes(shown), `${shown} in ${text}`);
}
check((await page.locator("article.card table.cards tbody td").first().innerText()).trim() === "2", "one's own value beside");
await inEnglish();
await look("a pattern");
await page.locator("button[value=yes]").click();

// A decision in part.
await page.goto(new URL("/requests", page.url()).href);
check((await page.locator("input[name=give]").count()) > 0, "what would go has a tick");
await look("a decision");
await inDutch("a decision, nl");
check(faults.length === 0, faults.join("\n"));
console.log(JSON.stringify({ violations }));
await browser.close();
