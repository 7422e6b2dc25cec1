// Moves the bar of a delivery page as suppliers sign for what they got. Without this script the page has a link.
const page = document.getElementById("deliveries");
if (page) {
  const of = Number(page.dataset.of);
  const source = new EventSource("/deliveries/stream");
  source.addEventListener("waiting", (event) => {
    const waiting = JSON.parse(event.data).waiting;
    const done = Math.max(0, of - waiting);
    document.getElementById("bar").value = done;
    document.getElementById("done").textContent = done;
    if (waiting === 0) source.close();
  });
  source.addEventListener("error", () => source.close());
}
