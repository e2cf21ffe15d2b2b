/** The pages that the benches visit, served by this process to the product and baselines alike. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The accessible name of the button that the benches press. */
export const BUTTON = "Add to cart";

/**
 * A page of everyday size: some eighty elements, a style sheet, a form, one button to press. Its
 * script is one that PhantomJS understands too.
 */
const SHOP = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Shop</title><style>
body { font: 16px/1.5 sans-serif; margin: 0 auto; max-width: 60rem }
nav a { margin-right: 1rem } .card { border: 1px solid #ccc; padding: 1rem; margin: 1rem 0 }
</style></head><body>
<header><nav>${["Home", "Shop", "About", "Help", "Contact"].map((name) => `<a href="/shop#${name}">${name}</a>`).join("")}</nav></header>
<main><h1>Lamps</h1>
<form><label>Search <input name="q"></label> <label>Sort
<select name="sort"><option>Newest</option><option>Cheapest</option></select></label>
<button type="button">Filter</button></form>
<div class="card"><h2>Desk lamp</h2><p>Warm light for long evenings.</p>
<button id="add" type="button">${BUTTON}</button> <output id="count">0</output></div>
${Array.from({ length: 15 }, (_, index) => `<div class="card"><h2>Lamp ${index}</h2><p>Lamp number ${index} of this shop.</p><a href="/shop#${index}">Details of lamp ${index}</a></div>`).join("\n")}
</main><script>
var count = 0;
document.getElementById("add").addEventListener("click", function () {
  document.getElementById("count").textContent = String(++count);
});
</script></body></html>`;

/**
 * Moves by `pushState` `?count=` times, `?rate=` times a second, from half a second after it was
 * loaded. Each address carries its number and the time of day at which it was made.
 */
const TICKER = `<!doctype html><title>Ticker</title><script>
const options = new URLSearchParams(location.search);
const count = Number(options.get("count")), every = 1000 / Number(options.get("rate"));
const begin = performance.now() + 500;
let made = 0;
setTimeout(function tick() {
  const due = Math.min(count, Math.floor((performance.now() - begin) / every) + 1);
  while (made < due) { made += 1; history.pushState(null, "", "/tick?n=" + made + "&at=" + Date.now()); }
  if (made < count) setTimeout(tick, 1);
}, 500);
</script>`;

/** Serves them on a free port of the loopback; gives the origin. */
export async function openPages(): Promise<string> {
  const server = createServer((request, response) => {
    const page = request.url?.startsWith("/shop") === true ? SHOP : TICKER;
    response.writeHead(200, { "content-type": "text/html", "cache-control": "no-store" });
    response.end(page);
  });
  server.unref();
  server.listen(0, "localhost");
  await once(server, "listening");
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
