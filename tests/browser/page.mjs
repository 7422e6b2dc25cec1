// What every browser test shares: a headless Chromium with one page, its input, and what axe finds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { misfits } from "./measure.mjs";
import { strangeWords } from "./words.mjs";

export const input = JSON.parse(process.argv[2]);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function open(options = {}) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1200, height: 900 }, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  return { browser, context, page, faults };
}

// What keeps somebody from reading or using the page as it is, by WCAG 2.2 AA.
export async function barriers(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return result.violations;
}

export async function tooWide(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
}

// The page on a wide screen by day and on phones by night: what is wrong with it, each with the page's name.
export async function looked(page, name) {
  const violations = [];
  for (const [scheme, width] of [["light", 1200], ["dark", 390]]) {
    // Without motion, in whatever browser: a colour on its way from one scheme to the other is none that anybody reads by.
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    for (const narrow of width < 1000 ? [width, 320] : [width]) {
      await page.setViewportSize({ width: narrow, height: 900 });
      violations.push(...(await misfits(page)).map((what) => `${name} (${narrow}): ${what}`));
    }
    const found = await barriers(page);
    violations.push(...found.map((one) => `${name} (${scheme}): ${one.id} ${one.nodes[0].target}`));
  }
  violations.push(...(await strangeWords(page)).map((what) => `${name}: ${what}`));
  await page.setViewportSize({ width: 1200, height: 900 });
  return violations;
}

export function check(holds, what) {
  if (!holds) throw new Error(what);
}
