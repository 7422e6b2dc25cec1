// Every element of every page, in both languages, at every width from 320 px: nothing is wider than its room, cut, on another, or broken
// inside a word, whatever others wrote. The bar of five on a phone, the groups of the menu, by mouse, keyboard and without JavaScript.
// The page of looks in both schemes, with axe.
import { barriers, check, input, open } from "./page.mjs";
import { misfits } from "./measure.mjs";
import { strangeWords } from "./words.mjs";

const WIDTHS = [320, 360, 390, 768, 1024, 1280];
const { browser, context, page, faults } = await open();
await page.goto(input.link);
const at = (path) => new URL(path, input.link).href;
const violations = [];
let measured = 0;

async function speak(language) {
  await page.goto(at("/"));
  const other = page.locator(`form.language button[value=${language}]`);
  if (await other.count()) await other.click();
}

// The pages, and of each list the first that it leads to.
const paths = [...input.paths];
for (const [list, of] of [["/suppliers", "a[href^='/suppliers/']"], ["/contracts", "a[href^='/contracts/']:not([href$=new])"],
  ["/cases", "a[href^='/cases/']:not([href$=new])"], ["/letters", "a[href^='/letters/']:not([href$=write]):not([href$=account])"], ["/data", "main td + td, main th a"]]) {
  await page.goto(at(list));
  const links = await page.locator(`main ${of}`).evaluateAll((all) => all.map((one) => one.getAttribute("href")).filter(Boolean));
  check(links.length > 0, `${list} leads somewhere`);
  paths.push(...new Set(links.slice(0, 3)));
}

for (const language of ["en", "nl"]) {
  await speak(language);
  for (const path of paths) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(at(path));
    for (const opened of [false, true]) {
      if (opened) await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => (one.open = true)));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        measured += 1;
        for (const what of await misfits(page)) violations.push(`${path} (${language}, ${width}${opened ? ", opened" : ""}): ${what}`);
      }
    }
  }
}

// What stands before the pages: who it is, and what is lost.
for (const locale of ["en-GB", "nl-NL"]) {
  const stranger = await browser.newContext({ locale });
  const door = await stranger.newPage();
  for (const path of ["/", "/lost"]) {
    await door.goto(at(path));
    for (const width of WIDTHS) {
      await door.setViewportSize({ width, height: 900 });
      for (const what of await misfits(door)) violations.push(`${path} of a stranger (${locale}, ${width}): ${what}`);
    }
  }
  await stranger.close();
}

// A phone: one column, and a bar of five that covers nothing.
const phone = await browser.newContext({
  storageState: await context.storageState(), viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: "nl-NL", colorScheme: "dark",
});
const small = await phone.newPage();
await small.goto(at("/"));
await small.screenshot({ path: `${input.shots}/phone-home.png` });
const bar = await small.locator(".first > li").evaluateAll((all) => all.map((one) => {
  const box = one.firstElementChild.getBoundingClientRect();
  return { text: one.innerText.trim(), top: box.top, bottom: box.bottom, width: box.width };
}));
check(bar.length === 5, `a bar of five: ${JSON.stringify(bar)}`);
check(bar.every((one) => one.top === bar[0].top && one.bottom <= 844 && one.bottom - one.top >= 44 && one.width >= 44), JSON.stringify(bar));
check(bar.every((one) => one.top > 700), "under the thumb");
for (const path of paths) {
  await small.goto(at(path));
  // All that stands in the page itself stands under one another.
  const beside = await small.evaluate(() => {
    const blocks = [...document.getElementById("main").children].filter((one) => one.checkVisibility() && one.offsetHeight > 0 && getComputedStyle(one).position === "static");
    return blocks.filter((one, n) => n > 0 && one.getBoundingClientRect().top < blocks[n - 1].getBoundingClientRect().bottom - 1).length;
  });
  if (beside) violations.push(`${path}: not one column`);
  const covered = await small.evaluate(() => {
    window.scrollTo(0, document.body.scrollHeight);
    return document.querySelector("footer p").getBoundingClientRect().bottom > document.querySelector(".menu").getBoundingClientRect().top;
  });
  if (covered) violations.push(`${path}: the bar covers the end`);
}
// All the rest is one press away, and its page a second.
await small.goto(at("/"));
check(!(await small.isVisible("#all")), "closed");
await small.tap(".rest button");
check(await small.isVisible("#all"), "opened");
await small.screenshot({ path: `${input.shots}/phone-menu.png` });
violations.push(...(await misfits(small)).map((what) => `menu of a phone: ${what}`));
violations.push(...(await barriers(small)).map((one) => `menu of a phone: ${one.id} ${one.nodes[0].html}`));
await small.keyboard.press("Escape");
check(!(await small.isVisible("#all")), "closed by Escape");
await small.tap(".rest button");
await Promise.all([small.waitForURL("**/cases"), small.tap("#all a[href='/cases']")]);
check((await small.getAttribute(".rest button", "aria-current")) === "true", "the bar says where we are");
// Whoever goes on by keyboard sees where they are: the bar covers nothing that has the focus.
await small.goto(at("/requests"));
for (let n = 0; n < 40; n += 1) {
  await small.keyboard.press("Tab");
  const hidden = await small.evaluate(() => {
    const el = document.activeElement;
    if (!el || el === document.body || el.closest(".menu, .top, .skip")) return null;
    const box = el.getBoundingClientRect();
    const bar = document.querySelector(".menu").getBoundingClientRect();
    return box.bottom > bar.top + 1 && box.top >= bar.top - 1 ? el.outerHTML.slice(0, 80) : null;
  });
  if (hidden) violations.push(`under the bar: ${hidden}`);
}
await phone.close();

// A wide screen: one row, and groups that open by mouse and by keyboard.
await speak("en");
for (const [language, width] of [["en", 1024], ["en", 1280], ["nl", 768], ["nl", 1024], ["nl", 1280]]) {
  await speak(language);
  await page.setViewportSize({ width, height: 900 });
  const row = await page.evaluate(() => {
    const inRow = [...document.querySelectorAll(".top a, .top button, .top summary")].filter((one) => one.checkVisibility() && !one.closest("details ul"));
    const below = getComputedStyle(document.querySelector(".menu")).position === "fixed";
    const boxes = inRow.filter((one) => !below || !one.closest(".menu")).map((one) => one.getBoundingClientRect());
    return { high: document.querySelector(".top").offsetHeight, spread: Math.max(...boxes.map((box) => box.top)) - Math.min(...boxes.map((box) => box.top)) };
  });
  check(row.high <= 64 && row.spread < 12, `one row (${language}, ${width}): ${JSON.stringify(row)}`);
}
await speak("en");
await page.setViewportSize({ width: 1280, height: 900 });
await page.click(".groups summary:has-text('Papers')");
check(await page.isVisible(".groups a[href='/letters']"), "a group opens");
violations.push(...(await misfits(page)).map((what) => `a group: ${what}`));
violations.push(...(await barriers(page)).map((one) => `a group: ${one.id} ${one.nodes[0].html}`));
await page.screenshot({ path: `${input.shots}/menu-group.png` });
await page.click(".groups summary:has-text('Settings')");
check((await page.locator(".groups details[open]").count()) === 1, "one at a time");
await page.keyboard.press("Escape");
check((await page.locator(".groups details[open]").count()) === 0, "closed by Escape");
check(await page.evaluate(() => document.activeElement.matches("summary")), "and the focus is where it was");
await page.keyboard.press("Enter");
await page.keyboard.press("Tab");
await Promise.all([page.waitForURL("**/defaults"), page.keyboard.press("Enter")]);
check((await page.locator(".groups summary[aria-current]").count()) === 1, "the group says where we are");
await page.setViewportSize({ width: 1024, height: 900 });
await page.click(".rest button");
check(await page.isVisible("#all a[href='/audit']"), "between, one button has all groups");
violations.push(...(await misfits(page)).map((what) => `all groups: ${what}`));
await page.keyboard.press("Escape");

// Without JavaScript.
const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), viewport: { width: 1280, height: 900 } });
const still = await plain.newPage();
await still.goto(at("/"));
await still.click(".groups summary >> nth=0");
await Promise.all([still.waitForURL("**/contracts"), still.click(".groups a[href='/contracts']")]);
await still.setViewportSize({ width: 390, height: 844 });
await still.click(".rest button");
await Promise.all([still.waitForURL("**/wishes"), still.click("#all a[href='/wishes']")]);
await plain.close();

// The page of looks, as it is and as some need it.
await speak(input.language ?? "en");
for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(at("/style"));
  await page.screenshot({ path: `${input.shots}/style-${scheme}-${width}.png`, fullPage: true });
  violations.push(...(await barriers(page)).map((one) => `/style (${scheme}, ${width}): ${one.id} ${one.nodes[0].html}`));
  violations.push(...(await strangeWords(page)).map((what) => `/style: ${what}`));
}
for (const media of [{ forcedColors: "active" }, { contrast: "more" }, { media: "print" }]) {
  await page.emulateMedia({ colorScheme: "light", ...media });
  await page.goto(at("/style"));
  const name = Object.entries(media)[0].join("-");
  await page.screenshot({ path: `${input.shots}/style-${name}.png`, fullPage: true });
  if (media.media) check(!(await page.isVisible(".top")), "no menu on paper");
  else violations.push(...(await barriers(page)).map((one) => `/style (${name}): ${one.id} ${one.nodes[0].html}`));
  await page.emulateMedia({ media: null, forcedColors: null, contrast: null });
}
await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
const moves = await page.evaluate(() => [...document.querySelectorAll("*")].filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length);
check(moves === 0, "nothing moves for who wants that");

// Pictures have their numbers beside them.
await page.setViewportSize({ width: 1280, height: 900 });
await page.goto(at("/"));
await page.screenshot({ path: `${input.shots}/home.png`, fullPage: true });
const pictures = {
  columns: await page.locator(".picture svg g").count(),
  now: await page.locator(".picture + details tbody tr").last().locator("td").allTextContents(),
  drawn: await page.locator(".picture svg g").last().locator("rect").count(),
  kinds: await page.locator(".matrix thead th").count() - 1,
  rows: await page.locator(".matrix tbody tr").count(),
  has: await page.locator(".matrix tbody tr").first().locator(".spot").allTextContents(),
};
const real = faults.filter((fault) => !fault.includes("404"));
check(real.length === 0, real.join("\n"));
await browser.close();
console.log(JSON.stringify({ violations, measured, pages: paths.length, pictures }));
