// A month: decides what is left with a count of clicks, changes the address, ends one supplier; then axe on every
// page in both languages, light and dark, phone and desktop, and one decision's way by keyboard alone.
import { barriers, check, input, open, tooWide } from "./page.mjs";
import { strangeWords } from "./words.mjs";

const { browser, page, faults } = await open();
await page.goto(input.link);
const at = (path) => new URL(path, input.link).href;

// Decisions, each counted in clicks from the list. The last one goes by keyboard alone.
await page.goto(at("/requests"));
await page.screenshot({ path: `${input.shots}/requests-waiting.png`, fullPage: true });
let decisions = 0;
let most = 0;
for (;;) {
  const left = await page.locator("section.request").count();
  if (left === 0) break;
  decisions += 1;
  check(decisions <= 12, "more than twelve decisions");
  if (left === 1) {
    await byKeyboard("button[value=allow]");
  } else {
    let clicks = 0;
    await page.locator("section.request").first().locator("summary").click();
    await page.locator("section.request").first().locator("button[value=allow-kind]").click();
    clicks += 2;
    most = Math.max(most, clicks);
  }
  await page.waitForFunction((left) => document.querySelectorAll("section.request").length < left, left);
}
check((await page.textContent("p.lead")).includes("Nothing waits"), "all decided");

// Tell once.
await page.goto(at("/data/address.street"));
const hint = await page.textContent("#value-told");
const told = Number(hint.match(/(\d+) suppliers/)[1]);
await page.fill("#value", input.street);
await page.click("button[value=save]");
check(page.url().includes("/deliveries"), "the deliveries are shown");
await page.screenshot({ path: `${input.shots}/deliveries.png`, fullPage: true });
await page.waitForFunction(() => document.getElementById("bar").value === document.getElementById("bar").max);

// End one supplier and wait for its signed receipts: one for each grant, each by itself, so the first is not the last.
await page.goto(at(`/suppliers/${input.supplier}`));
check(!(await page.isVisible("button[value=erase]")), "what can't be undone is asked for twice");
await page.click("details:has(button[value=erase]) summary");
await Promise.all([page.waitForNavigation(), page.click("button[value=erase]")]);
for (let n = 0; !(await page.textContent("section[aria-labelledby=has]")).includes("Nothing"); n += 1) {
  check(n < 100, "it has nothing any more");
  await page.waitForTimeout(100);
  await page.reload();
}
check((await page.locator("#receipts").count()) === 1, "the receipts are shown");

// Live search without leaving the page.
await page.goto(at("/suppliers"));
await page.fill("#q", "supplier 007");
await page.waitForFunction(() => document.querySelectorAll("#found tbody tr").length === 1);
check(await page.locator("#found b").count() === 0, "a name with HTML is text");

// Every page, both languages.
const paths = ["/", "/requests", "/suppliers", `/suppliers/${input.supplier}`, "/pair", "/data", "/data/email", "/data/group/address", "/search?q=a", "/own", "/credentials",
  "/find", "/import", "/export", "/deliveries?of=3", "/inbox", "/contracts", "/contracts/new", "/cases", "/cases/new", "/letters", "/letters/write?about=changed",
  "/letters/account", "/wishes", "/segments", "/defaults", "/defaults/proof?what=group:address", "/audit", "/security",
  "/security/passphrase", "/told", "/nowhere"];
const violations = [];
let pages = 0;
for (const language of ["en", "nl"]) {
  await page.goto(at("/"));
  const other = page.locator(`form.language button[value=${language}]`);
  if (await other.count()) await other.click();
  for (const path of paths) {
    for (const [scheme, width] of [["light", 1200], ["dark", 390]]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(at(path));
      check((await page.getAttribute("html", "lang")) === language, `${path} is in ${language}`);
      const name = path.replace(/[^a-z]+/g, "-").slice(0, 20) || "home";
      await page.screenshot({ path: `${input.shots}/${language}-${scheme}${name}.png`, fullPage: true });
      if (width > 1000) for (const what of await strangeWords(page)) violations.push(`${path} (${language}): ${what}`);
      if (await tooWide(page)) violations.push(`${path} (${language}, ${width}): wider than the screen`);
      for (const one of await barriers(page)) {
        violations.push(`${path} (${language}, ${scheme}): ${one.id}: ${one.nodes[0].html}`);
      }
    }
    pages += 1;
  }
}
// A file is looked at before it is kept.
await page.goto(at("/import"));
await page.setInputFiles("#file", {
  name: "me.csv",
  mimeType: "text/csv",
  buffer: Buffer.from("address.street,Oude Gracht 1\nhousehold.size,3\nshoe.size,41\n"),
});
await page.click("main button.primary");
check((await page.locator("input[name=take]").count()) === 1, "one field is new");
check((await page.textContent("#found-told")).includes("199"), "who would be told");
await page.screenshot({ path: `${input.shots}/found.png`, fullPage: true });
for (const one of await barriers(page)) violations.push(`found: ${one.id}: ${one.nodes[0].html}`);

const real = faults.filter((fault) => !fault.includes("404"));
check(real.length === 0, real.join("\n"));

// Without JavaScript the same things can be done.
const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
const still = await plain.newPage();
await still.goto(at("/suppliers?q=supplier+007"));
check(await still.locator("#found tbody tr").count() === 1, "search without JavaScript");
await still.goto(at("/data/household.size"));
await still.fill("#value", "4");
await still.click("button[value=save]");
check((await still.textContent("main")).includes("4"), "saved without JavaScript");
await browser.close();
console.log(JSON.stringify({ decisions, most_clicks: most, told, violations, pages }));

async function byKeyboard(wanted) {
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), wanted)) {
      await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
      return;
    }
  }
  throw new Error(`${wanted} can't be reached by the keyboard`);
}
