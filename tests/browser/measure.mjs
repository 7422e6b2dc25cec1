// What does not fit on a page, of every element at the width that it has now. In: a page. Out: a line for each thing that is wider than
// its room, that stands outside the screen, that is cut, that lies on another, or that is broken inside a word.

// A word of a language; longer ones, what has signs in it, and what stands where others wrote, are names, addresses or keys, which
// break where their line ends, if they do not fit in it whole.
const WORD = 30;
// What is narrower than this is no room for text: nothing breaks well there.
const ROOM = 140;

export async function misfits(page) {
  return page.evaluate(measure, { WORD, ROOM });
}

function measure({ WORD, ROOM }) {
  const found = new Set();
  const screen = document.documentElement.clientWidth;
  const main = document.getElementById("main");
  const inner = main.clientWidth - parseFloat(getComputedStyle(main).paddingLeft) * 2;
  const named = (el) => {
    const text = (el.textContent || el.getAttribute("name") || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${el.tagName.toLowerCase()}${el.className && el.className.baseVal === undefined ? `.${el.className}` : ""}> "${text}"`;
  };
  // Hidden from the eye, for those who listen.
  const unseen = (el) => el.closest(".apart, .skip, thead") && getComputedStyle(el.closest(".apart, .skip, thead")).position === "absolute";
  const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && !unseen(el);

  const all = [...document.body.querySelectorAll("*")].filter((el) => !el.closest("svg") && shown(el));
  const outside = (box) => box.right > screen + 1 || box.left < -1;
  const over = new Set();
  for (const el of all) {
    const box = el.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const rolls = el.parentElement.closest(".scroll, .all");
    if (!rolls && outside(box) && !outside(el.parentElement.getBoundingClientRect())) found.add(`beyond the screen: ${named(el)} ${Math.round(box.left)}..${Math.round(box.right)}`);
    const style = getComputedStyle(el);
    // What opens over the page is no part of what it opens from.
    const own = el.matches("input, textarea, .scroll, .all, progress, .groups *");
    if (!own && style.display !== "inline" && el.clientWidth > 0 && el.scrollWidth > el.clientWidth + 1) over.add(el);
    if (style.textOverflow === "ellipsis" && el.scrollWidth > el.clientWidth + 1 && !own) found.add(`cut: ${named(el)}`);
  }
  // Of those in one another the innermost is what does not fit.
  for (const el of over) {
    if (![...over].some((other) => other !== el && el.contains(other))) found.add(`wider than its room: ${named(el)} ${el.scrollWidth} in ${el.clientWidth}`);
  }

  const pen = document.createElement("canvas").getContext("2d");
  for (const el of all.filter((el) => el.matches("select, input"))) {
    const style = getComputedStyle(el);
    const text = el.matches("select") ? el.selectedOptions[0]?.text : el.value ? "" : el.placeholder;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const arrow = el.matches("select") ? 18 : 0;
    const room = el.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    const ordinary = text && text.split(/\s+/).every((word) => word.length <= WORD);
    if (ordinary && pen.measureText(text).width > room + 1) found.add(`cut: <${el.tagName.toLowerCase()}> "${text.slice(0, 60)}" ${Math.round(pen.measureText(text).width)} in ${Math.round(room)}`);
  }

  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const el = node.parentElement;
    if (!node.data.trim() || el.closest("svg, script, textarea, select, option") || !shown(el)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1) lines.push({ box, node, el });
    for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5);
      if (boxes.length < 2 || boxes.every((box) => Math.abs(box.top - boxes[0].top) < 3)) continue;
      let block = el;
      while (getComputedStyle(block).display.startsWith("inline") && getComputedStyle(block).display !== "inline-flex") block = block.parentElement;
      const style = getComputedStyle(block);
      const room = block.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const natural = boxes.reduce((sum, box) => sum + box.width, 0);
      for (let at = 1; at < word.length; at += 1) {
        const top = (n) => {
          range.setStart(node, index + n);
          range.setEnd(node, index + n + 1);
          return range.getBoundingClientRect().top;
        };
        // Scripts without spaces, and pictures, break anywhere.
        const free = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Extended_Pictographic}\u200d]/u;
        if (free.test(word.slice(Math.max(0, at - 2), at + 2))) continue;
        if (Math.abs(top(at) - top(at - 1)) < 3 || /[-\u2010-\u2014/\u00ad\u200b?&=]/.test(word[at - 1])) continue;
        const foreign = el.closest(".theirs, .who, .names, q, dd, .events");
        const ordinary = !foreign && word.length <= WORD && /^[\p{L}\p{P}]+$/u.test(word) && !/[@:/_]/.test(word.slice(0, -1));
        const must = ordinary ? natural > inner - 80 : natural > room && room >= ROOM;
        if (!must) found.add(`broken inside: "${word.slice(0, at)}|${word.slice(at)}" in ${named(block)}, ${Math.round(natural)} wide in ${Math.round(room)}`);
      }
    }
  }
  // Text on text. What floats over the page is meant to.
  const fixed = (el) => el.closest(".menu, .news, .all");
  const still = lines.filter(({ el }) => !fixed(el)).sort((a, b) => a.box.top - b.box.top);
  still.forEach((one, n) => {
    for (let m = n + 1; m < still.length && still[m].box.top < one.box.bottom; m += 1) {
      const other = still[m];
      if (other.node === one.node) continue;
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
      if (wide > 3 && high > 0.45 * Math.min(one.box.height, other.box.height)) found.add(`on one another: ${named(one.el)} and ${named(other.el)}`);
    }
  });
  return [...found];
}
