// The first run on a machine to which a node moved: the file of the move, and what it says that came along.
import { check, input, looked, open } from "./page.mjs";

const { browser, page, faults } = await open();
const violations = [];
await page.goto(input.link);
await page.click("text=I have a backup");
check((await page.textContent("main")).includes("other machine"), "it says that such a file is taken, too");
await page.setInputFiles("#file", input.file);
await page.fill("#passphrase", "a moving phrase");
await page.click("button.primary");
await page.waitForSelector("nav");
check((await page.textContent(".notice")).includes("Regie moved here"), "what came along is said");
await page.goto(new URL("/move", page.url()).href);
violations.push(...(await looked(page, "move")));
check(faults.length === 0, faults.join("\n"));
await browser.close();
console.log(JSON.stringify({ violations }));
