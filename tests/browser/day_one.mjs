// The first page and what stands behind its lines: what waits, what changes soon, who has what, what was done; in both languages, on a
// wide screen and on a phone, with axe, and by keyboard. Then a later export, whose contract is confirmed in the same step.
import { check, input, looked, open } from "./page.mjs";

const { browser, page, faults } = await open();
const violations = [];
const look = async (name) => violations.push(...(await looked(page, name)));

await page.goto(input.link);
const home = new URL("/", page.url()).href;
const words = { nl: ["Wat op u wacht", "Wat binnenkort verandert", "Wie wat van u heeft", "Voor u gedaan"],
  en: ["What waits for you", "What changes soon", "Who has what of yours", "Done for you"] };
for (const language of ["nl", "en"]) {
  await page.locator(`form.language button[value=${language}]`).click();
  await page.goto(home);
  const heads = (await page.locator("h2").allTextContents()).join("|");
  for (const head of words[language]) check(heads.includes(head), `${language}: ${head} in ${heads}`);
  check((await page.textContent("#month ~ ul")).includes("Volt Energie NV"), "what has a companion now is told");
  await look(`home, ${language}`);
  for (const path of ["/contracts", "/find", "/cases", ...input.cases.map((id) => `/cases/${id}`), `/suppliers/${input.supplier}`]) {
    await page.goto(new URL(path, home).href);
    await look(`${path}, ${language}`);
  }
  check((await page.textContent("#before ~ ul")).length > 20, "what got better is told");
}

// By keyboard to what waits.
await page.goto(home);
await page.focus("main");
const at = () => page.evaluate(() => document.activeElement.getAttribute("href"));
for (let tab = 0; tab < 2 && (await at()) !== "/contracts"; tab++) await page.keyboard.press("Tab");
check((await at()) === "/contracts", "what waits comes first");
await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
check((await page.textContent("main")).includes("Fill in how it ends"), "terms that nobody knows are asked for");

// The price of a later export stands in the preview, ticked.
await page.goto(new URL("/find", home).href);
await page.setInputFiles("#files", input.files);
await page.locator("form[enctype] button.primary").click();
await page.waitForSelector("input[name=contract]:checked");
check((await page.textContent("form.card")).includes("The price of the contract is now EUR 139.50"), "the price is told");
await look("preview");
await page.locator("button[value=enter]").first().click();
check((await page.textContent("p.notice")).includes("One contract was entered or changed"), "and entered");
check(faults.length === 0, faults.join("\n"));
console.log(JSON.stringify({ violations }));
await browser.close();
