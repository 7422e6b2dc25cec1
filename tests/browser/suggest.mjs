// What own answers suggest on the page of defaults: read in both languages and at every width, hidden and shown again, and made a default
// by one press.
import { check, input, looked, open } from "./page.mjs";

const { browser, page, faults } = await open();
await page.goto(input.link);
await page.waitForSelector("header nav");
const at = (path) => new URL(path, page.url()).href;
const violations = [];
const section = "#from-your-answers";
const rows = () => page.locator(`${section} > form`).count();
for (const language of ["nl", "en"]) {
  await page.goto(at("/defaults"));
  const other = page.locator(`form.language button[value=${language}]`);
  if (await other.count()) await other.click();
  violations.push(...(await looked(page, `suggestions (${language})`)));
}
check((await rows()) === input.count, `${await rows()} are suggested`);
await page.click(`${section} > form button[value=hide]`);
check((await rows()) === input.count - 1, "one is hidden");
await page.click(`${section} summary`);
violations.push(...(await looked(page, "a hidden suggestion")));
await page.click(`${section} details button[value=show]`);
check((await rows()) === input.count, "and back");
const words = await page.textContent(`${section} > form:has-text('${input.take}') strong`);
await page.click(`${section} > form:has-text('${input.take}') button[value=take]`);
check((await page.textContent("ul.rules")).includes(words.trim()), "it stands among the defaults, in the same words");
check((await rows()) === input.count - 1, "and is suggested no more");
check(faults.length === 0, faults.join("\n"));
await browser.close();
console.log(JSON.stringify({ violations }));
