// 200 suppliers by one page of links: looked at, chosen, paired; each line says what came of it. Clicks are counted.
import { check, input, looked, open } from "./page.mjs";

const { browser, page, faults } = await open();
await page.goto(input.link);
const at = (path) => new URL(path, input.link).href;
let clicks = 0;
async function click(selector) {
  clicks += 1;
  await page.click(selector);
}

const violations = [];
await page.goto(at("/suppliers"));
await click("a[href='/pair/many']");
violations.push(...(await looked(page, "many")));

// What can't be read stays in the form.
await page.fill("#links", "# nothing but a remark");
await click("main button.primary");
check((await page.inputValue("#links")).includes("nothing but a remark"), "what was typed is there");
check((await page.locator("#links-error").count()) === 1, "and why it is not taken");

await page.fill("#links", input.links);
await click("main button.primary");
await page.waitForSelector("#choose", { timeout: 120000 });
check((await page.locator("input[name=take]:checked").count()) === input.count, "all can be paired with");
check((await page.textContent("#many table")).includes("failed"), "a line that is no link says so");
violations.push(...(await looked(page, "looked at")));
await page.screenshot({ path: `${input.shots}/many-seen.png`, fullPage: true });
await click("#vouch");
await click("button[value=pair]");
await page.waitForFunction(
  (count) => document.querySelector("#many p[role=status]")?.textContent.includes(`${count} are paired`),
  input.count,
  { timeout: 180000 },
);
violations.push(...(await looked(page, "paired")));
await page.goto(at("/suppliers"));
check((await page.textContent("#found")).includes(String(input.count)), "they are in the list");
const nl = page.locator("form.language button[value=nl]");
await nl.click();
await page.goto(at("/pair/many"));
check((await page.textContent("main")).includes("zijn nu gekoppeld"), "in Dutch");
violations.push(...(await looked(page, "paired (nl)")));
check(faults.filter((fault) => !fault.includes("40")).length === 0, faults.join("\n"));
await browser.close();
console.log(JSON.stringify({ clicks, violations }));
