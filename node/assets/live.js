// Keeps an open page as it is now: the count in its title and its menu, the bar of deliveries, and the list that it shows. Where
// somebody is busy on the page it is not taken from under their hands: a line says that there is more. Without this script a page
// shows what there was when it was loaded. One tab of a browser listens for all of them.
const title = document.title.replace(/^\(\d+\) /, "");
const channel = "BroadcastChannel" in window ? new BroadcastChannel("regie-live") : null;
let last = null;

function show(now) {
  last = now;
  document.title = now.total > 0 ? `(${now.total}) ${title}` : title;
  for (const count of document.querySelectorAll("[data-count]")) {
    const waits = count.dataset.count.split(" ").reduce((sum, part) => sum + (now.parts[part] || 0), 0);
    count.textContent = waits;
    count.hidden = waits === 0;
  }
  const deliveries = document.getElementById("deliveries");
  if (deliveries) {
    const done = Math.max(0, Number(deliveries.dataset.of) - now.undelivered_to);
    document.getElementById("bar").value = done;
    document.getElementById("done").textContent = done;
  }
  const { list, mark } = document.body.dataset;
  if (list && now.marks[list] !== mark) again();
}

// Is somebody in the middle of something? Then what they typed, opened or stand on would be lost.
function busy() {
  const main = document.getElementById("main");
  const at = document.activeElement;
  const typed = [...main.querySelectorAll("input:not([type=hidden]), textarea, select")].some((field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? [...field.options].some((one) => one.selected !== one.defaultSelected)
      : field.value !== field.defaultValue);
  return typed || (at && at !== main && main.contains(at)) || main.querySelector("details[open]") !== null;
}

async function again() {
  const news = document.getElementById("news");
  if (busy()) {
    news.hidden = false;
    return;
  }
  const answer = await fetch(location.href, { headers: { "X-Regie-By-Itself": "1" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  if (!main || busy()) return;
  const old = document.getElementById("main");
  // What was said once stays until the person goes on.
  const said = old.querySelector(":scope > .notice[role=status]");
  if (said && !main.querySelector(":scope > .notice[role=status]")) main.prepend(said);
  old.replaceWith(document.adoptNode(main));
  document.body.dataset.mark = page.body.dataset.mark || "";
  news.hidden = true;
  document.getElementById("fresh").textContent = document.getElementById("fresh").dataset.says;
  if (window.htmx) window.htmx.process(main);
}

function listen() {
  return new Promise((ended) => {
    const source = new EventSource("/live");
    source.addEventListener("waiting", (event) => {
      const now = JSON.parse(event.data);
      channel?.postMessage({ now });
      show(now);
    });
    // After the end of one stream a browser asks for the next by itself; not where it was turned away.
    source.addEventListener("error", () => source.readyState === EventSource.CLOSED && ended());
  });
}

if (document.body.dataset.live !== undefined) {
  channel?.addEventListener("message", ({ data }) => {
    if (data.now) show(data.now);
    else if (data.ask && last) channel.postMessage({ now: last });
  });
  channel?.postMessage({ ask: true });
  if (channel && navigator.locks) navigator.locks.request("regie-live", listen);
  else listen();
}
