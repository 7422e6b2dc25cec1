// The words that a page shows: no term that only experts know, no string of the other language, nothing that was not filled in.
// What a page marks as for experts (`class="experts"`) may have such terms. In: a page. Out: what is wrong with its words.
import { readFileSync } from "node:fs";

// Terms of the protocol, of standards and of this code; what people are told of has a word of theirs.
const TERMS = {
  both: [/epsilon/i, /\b7012\b/, /\bSD-BASE/, /\bJWK\b/, /\bdid:/, /\bpd:/, /\bDAG-CBOR\b/, /\blibp2p\b/i, /\bnodes?\b/i, /\bboards?\b/i],
  en: [],
  nl: [/\bcompanions?\b/i, /\bgrants?\b/i, /\brequests?\b/i, /\bsegment(s|en)?\b/i, /\blockfile\b/i],
};

// Messages of one language that stand alone: long enough to be no name, the same word for word, and not in the other language.
const strings = (language) => {
  const own = new Set();
  for (const file of [`${language}.ftl`, `names.${language}.ftl`, `wishes.${language}.ftl`]) {
    const text = readFileSync(new URL(`../../node/locales/${file}`, import.meta.url), "utf8");
    for (const [, value] of text.matchAll(/^[a-z][\w-]* = ([^{}\n]+)$/gmi)) own.add(value.trim());
  }
  return own;
};
const EN = strings("en");
const NL = strings("nl");
const only = (own, other) => [...own].filter((text) => text.length >= 12 && text.includes(" ") && !other.has(text));
const OTHERS = { en: only(NL, EN), nl: only(EN, NL) };

export async function strangeWords(page) {
  const [language, text] = await page.evaluate(() => {
    const body = document.body.cloneNode(true);
    if (body.matches(".experts")) body.replaceChildren();
    for (const gone of body.querySelectorAll(".experts, script, style, template, [lang], code, pre, textarea")) gone.remove();
    // Each text for itself, so that words of neighbours do not run into one.
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode.data.replace(/\s+/g, " ").trim());
    for (const one of body.querySelectorAll("[title], [placeholder], [aria-label]")) {
      texts.push(one.title, one.getAttribute("placeholder") ?? "", one.getAttribute("aria-label") ?? "");
    }
    return [document.documentElement.lang, [document.title, ...texts].filter(Boolean)];
  });
  const found = [];
  for (const one of text) {
    for (const term of [...TERMS.both, ...TERMS[language]]) if (term.test(one)) found.push(`${term} in "${one}"`);
    if (/\{ ?\$|\{\$|\bundefined\b|\bNaN\b/.test(one)) found.push(`not filled in: "${one}"`);
    const other = OTHERS[language].find((string) => one === string || (string.length >= 24 && one.includes(string)));
    if (other) found.push(`not ${language}: "${other}"`);
  }
  return [...new Set(found)];
}
