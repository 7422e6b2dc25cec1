// Another user's server at another port of this machine, and a browser that is in at the dashboard: which cookies come there.
import { createServer } from "node:http";
import { check, input, open } from "./page.mjs";

const seen = {};
for (const [way, link] of [["by_name", input.links[0]], ["by_address", input.links[1]]]) {
  const cookies = [];
  const other = createServer((request, response) => {
    if (request.headers.cookie) cookies.push(request.headers.cookie);
    response.end("<!doctype html><link rel=icon href='data:,'><p>Hello");
  });
  await new Promise((ready) => other.listen(0, "127.0.0.1", ready));
  const { browser, page } = await open();
  await page.goto(link);
  check((await page.textContent("h2")) !== null, "in at the dashboard");
  for (const host of ["127.0.0.1", "localhost", "regie.localhost"]) {
    await page.goto(`http://${host}:${other.address().port}/`);
    check((await page.textContent("p")) === "Hello", "at the other server");
  }
  await browser.close();
  await new Promise((closed) => other.close(closed));
  seen[way] = cookies;
}
console.log(JSON.stringify(seen));
