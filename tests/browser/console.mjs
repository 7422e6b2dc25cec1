// The company's page: in with a key, readable by everybody, on a phone too, and out again.
import { createServer } from "node:http";
import { misfits } from "./measure.mjs";
import { barriers, check, input, open } from "./page.mjs";

const violations = [];
// Another user's server at another port of the same host.
const cookies = [];
const other = createServer((request, response) => {
  if (request.headers.cookie) cookies.push(request.headers.cookie);
  response.end("<!doctype html><link rel=icon href='data:,'><p>Hello");
});
await new Promise((ready) => other.listen(0, new URL(input.at).hostname, ready));
for (const look of [{}, { colorScheme: "dark", viewport: { width: 360, height: 740 }, locale: "nl-NL" }]) {
  const { browser, page, faults } = await open(look);
  await page.goto(input.at);
  await page.fill("#key", input.key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#persons");
  const found = await barriers(page);
  violations.push(...found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`));
  violations.push(...(await misfits(page)));
  await page.screenshot({ path: `${input.shots}/console-${look.colorScheme ?? "light"}.png`, fullPage: true });
  const own = page.url();
  for (const path of ["/", "/console", "/console/at/guess", "/console/at/guess/leave"]) {
    await page.goto(`http://${new URL(own).hostname}:${other.address().port}${path}`);
    check((await page.textContent("p")) === "Hello", "at the other server");
  }
  await page.goto(own);
  await page.waitForSelector("#persons");
  // Wishes and offers, and the form for one where something is wanted.
  const seen = async (what) => {
    const wrong = await barriers(page);
    violations.push(...wrong.map((one) => `${what}: ${one.id} ${one.nodes.map((node) => node.html).join(" ")}`));
    violations.push(...(await misfits(page)).map((one) => `${what}: ${one}`));
  };
  await page.click("a[href$='/market']");
  await page.waitForSelector("#offers");
  await seen("market");
  const make = page.locator("#wanted ~ div a.button");
  if (await make.count()) {
    await make.first().click();
    await page.waitForSelector("#making");
    await seen("an offer");
    await page.fill("#title", "Groene stroom");
    await page.fill("#amount", "niets");
    await page.click("form button.primary");
    await page.waitForSelector("[role=alert]");
    check((await page.inputValue("#title")) === "Groene stroom", "what was typed stays");
    await seen("an offer that was not taken");
    // A form that is not taken is answered by a status of its own.
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes("422")));
  }
  // Keys and second words; notice and rights, with the form that answers one where one waits.
  await page.goto(own);
  await page.click("a[href$='/keys']");
  await page.waitForSelector("#new-key");
  await seen("keys");
  await page.goto(own);
  await page.click("a[href$='/acts']");
  await page.waitForSelector("h1");
  await seen("notice and rights");
  await page.click("header button");
  await page.waitForSelector("#key");
  check(faults.length === 0, faults.join("\n"));
  await browser.close();
}
other.close();
check(cookies.length === 0, `another port got ${cookies}`);
console.log(JSON.stringify({ violations }));
