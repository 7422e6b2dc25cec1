// The first run of somebody who has a backup: the offer, the two pages behind it, and the node that is back.
import { check, input, looked, open } from "./page.mjs";

const { browser, page, faults } = await open();
const violations = [];
await page.goto(input.link);
violations.push(...(await looked(page, "first")));
await page.click("text=I used regie before");
check((await page.textContent("main")).includes("Only a backup has those"), "it says what words do not bring back");
violations.push(...(await looked(page, "words")));
await page.click("main a.button");
await page.click("text=I have a backup");
violations.push(...(await looked(page, "backup")));
await page.setInputFiles("#file", input.backup);
await page.fill("#passphrase", "another passphrase");
await page.click("button.primary");
check((await page.textContent("[role=alert]")).includes("not the passphrase of this backup"), "told");
await page.setInputFiles("#file", input.backup);
await page.fill("#passphrase", "test passphrase");
await page.click("button.primary");
await page.waitForSelector("nav");
check((await page.textContent(".notice")).includes("Regie is back"), "what came back is said");
check(faults.length === 0, faults.join("\n"));
await browser.close();
console.log(JSON.stringify({ violations }));
