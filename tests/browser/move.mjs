// Moving house: from the first page to a new address that is told, counted in clicks; something that does not fit stays in
// its input with what is wrong; the page after it says who is not told.
import { barriers, check, input, open, tooWide } from "./page.mjs";

const { browser, page, faults } = await open();
await page.goto(input.link);
const violations = [];
const look = async (name) => {
  if (await tooWide(page)) violations.push(`${name}: wider than the screen`);
  for (const one of await barriers(page)) violations.push(`${name}: ${one.id}: ${one.nodes[0].html}`);
};
let clicks = 0;
const click = async (selector) => {
  clicks += 1;
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
};

await click("nav a[href='/data']");
await click("a[href='/data/group/address']");
check((await page.locator("select[name='address.country'] option:checked").textContent()) === "Netherlands", "by its name");
await page.fill("[name='address.street']", input.to.street);
await page.fill("[name='address.postalCode']", "12");
await page.fill("[name='address.locality']", input.to.town);
await page.fill("[name='address.region']", "");

// A slip: nothing is saved, what was typed is there, and the sentence stands beside it.
await Promise.all([page.waitForNavigation(), page.click("button[value=save]")]);
check((await page.inputValue("[name='address.street']")) === input.to.street, "what was typed is kept");
check((await page.inputValue("[name='address.postalCode']")) === "12", "what did not fit too");
check((await page.textContent("#field-address-postalCode-error")).includes("1012 AB"), "and how to write it");
await look("slip");

await page.fill("[name='address.postalCode']", input.to.postal);
await click("button[value=save]");
check(page.url().includes("/deliveries"), "who is told is shown");
const not_told = await page.textContent("section[aria-labelledby=not-told]");
check((await page.textContent("section[aria-labelledby=by-letter]")).includes("Volt"), "who is told by letter");
await look("told");
await page.setViewportSize({ width: 390, height: 800 });
await look("told, on a phone");
await page.screenshot({ path: `${input.shots}/moved.png`, fullPage: true });
check(faults.length === 0, faults.join("\n"));
await browser.close();
console.log(JSON.stringify({ clicks, violations, not_told }));
