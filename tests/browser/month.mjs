// A month: decides what is left with a count of clicks, changes the address, ends one supplier; then axe on every
// page in both languages, light and dark, phone and desktop, and one decision's way by keyboard alone.
import { barriers, check, input, looked, open, tooWide } from "./page.mjs";
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
const paths = ["/", "/requests", "/suppliers", `/suppliers/${input.supplier}`, "/pair", "/pair/many", "/data", "/data/email", "/data/group/address", "/data/income.annual", "/data/group/income", "/search?q=a", "/own", "/credentials",
  "/find", "/import", "/export", "/deliveries?of=3", "/inbox", "/contracts", "/contracts/new", "/cases", "/cases/new", "/letters", "/letters/write?about=changed",
  "/letters/account", "/wishes", "/wishes/new", "/wishes/new/energy.contract", "/segments", "/defaults", "/defaults/proof?what=group:address", "/audit", "/security",
  "/security/passphrase", "/devices", "/told", "/style", "/nowhere"];
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
// A file is looked at before it is kept, in both languages: whose it is, what counts, what is left out, who is told.
const contacts = [
  "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Loodgieter Jansen\r\nTEL:+31201111111\r\nEND:VCARD\r\n",
  "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Bakker\r\nADR;TYPE=HOME:;;Oude Gracht 1;Utrecht;;3511 AA;NL\r\n" +
    "ADR;TYPE=WORK:;;Plein 2;Breda;;4811 AA;NL\r\nPHOTO:https://example.org/a.jpg\r\nNOTE:hallo\r\nEND:VCARD\r\n",
].join("");
for (const language of ["en", "nl"]) {
  await page.goto(at("/import"));
  const other = page.locator(`form.language button[value=${language}]`);
  if (await other.count()) await other.click();
  await page.setInputFiles("#file", { name: "all.vcf", mimeType: "text/vcard", buffer: Buffer.from(contacts) });
  await page.click("main button.primary");
  check((await page.locator("#keep").count()) === 0, "nobody is taken of several");
  violations.push(...(await looked(page, `people (${language})`)));
  await page.click("ul.people a:has-text('Anna Bakker')");
  check((await page.textContent("#keep fieldset")).includes("Oude Gracht 1"), "the address of home counts");
  check((await page.textContent("#found-told")).includes("199"), "who would be told");
  check((await page.locator("section[aria-labelledby=left-out] li").count()) === 2, "what is left out");
  check((await page.locator("#choose .quiet").count()) === 1, "where the address at work goes");
  await page.screenshot({ path: `${input.shots}/found-${language}.png`, fullPage: true });
  violations.push(...(await looked(page, `found (${language})`)));
  await page.check("#choose input[type=radio][value='2']");
  await page.click("#choose button");
  check((await page.textContent("#keep fieldset")).includes("Plein 2"), "the other address was chosen");
  check((await page.locator("#keep input[name=own]").count()) === 1, "that of home has no second place, and is kept");
  violations.push(...(await looked(page, `found, chosen (${language})`)));
  check(page.url().includes("/import/preview"), "nothing is kept by choosing");
}

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
