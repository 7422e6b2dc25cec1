// Who has my data: from the first page to 200 organisations that are entered, every click counted; then axe, widths and the way by
// keyboard alone.
import { check, input, looked, open } from "./page.mjs";

const { browser, page, faults } = await open();
let clicks = 0;
async function click(selector) {
  clicks += 1;
  await page.locator(selector).first().click();
}
const violations = [];
const look = async (name) => violations.push(...(await looked(page, name)));

await page.goto(input.link);
await click("nav a[href='/suppliers']");
await click("a[href='/find']");
await look("empty");
// Choosing files is one click on the field, and one in the system's own dialogue.
clicks += 2;
await page.setInputFiles("#files", input.files);
await click("form[enctype] button.primary");
await page.waitForSelector("fieldset");
const ticked = await page.locator("fieldset input[name=take]:checked").count();
check(ticked === input.expected, `${ticked} are ticked beforehand`);
check((await page.textContent("form.card")).includes("You log in there as anna0"), "the reason is told");
check((await page.textContent("form.card")).includes("You pay every month since Jan 2024"), "and of payments");
check((await page.locator("fieldset input[name=take]:not(:checked)").count()) === 1, "a private person is not ticked");
await look("preview");

// In Dutch too.
await page.locator("form.language button[value=nl]").click();
check((await page.textContent("h1")).includes("Wie heeft mijn gegevens?"), "in Dutch");
check((await page.textContent("form.card")).includes("U betaalt elke maand sinds jan 2024"), "and the reasons");
await look("preview, nl");
await page.locator("form.language button[value=en]").click();

// By keyboard alone to the one step that is left.
await page.focus("main");
for (let n = 0; ; n += 1) {
  check(n < 20, "the button is reached by keyboard");
  await page.keyboard.press("Tab");
  if (await page.evaluate(() => document.activeElement.value === "enter")) break;
}
clicks += 1;
await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
check((await page.textContent("p.notice")).includes(`${input.expected} organisations were entered`), "entered in one step");
check((await page.locator("fieldset").count()) === 0, "the preview is gone");
await look("entered");

// A file that is none says so beside the field, and what was found is not asked for twice.
await page.setInputFiles("#files", { name: "x.csv", mimeType: "text/csv", buffer: Buffer.from("hello") });
await page.locator("form[enctype] button.primary").click();
check((await page.textContent("#files-error")).includes("x.csv"), "the file is named");
check(faults.length === 0, faults.join("\n"));
console.log(JSON.stringify({ clicks, violations }));
await browser.close();
