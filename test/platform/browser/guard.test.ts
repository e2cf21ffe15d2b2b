import { expect, inject, test } from "vitest";
import { all, eventually, launch, pick } from "./support.ts";

const site = inject("site");
/** The same pages by an address that the guard of these tests refuses. */
const inside = site.replace("localhost", "127.0.0.1");
const show = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;
const refusal = { code: "BAD_REQUEST", message: expect.stringContaining("is not allowed") };

test("a refused address is not gone to, nor is one that redirects there", async () => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  await expect(current.go(`${inside}/echo`, "load")).rejects.toMatchObject(refusal);
  const redirect = `${site}/redirect?to=${encodeURIComponent(`${inside}/echo`)}`;
  await expect(current.go(redirect, "load")).rejects.toMatchObject(refusal);
  expect(browser.peek().url).toBe(`${site}/login.html`);
  expect(await current.title()).toBe("Sign in");
});

test.for([
  ["a link", `<a role=button href="${inside}/echo">Go</a>`],
  ["a form", `<form method=post action="${inside}/echo"><button>Go</button></form>`],
  ["a script", `<button onclick="location.href = '${inside}/echo'">Go</button>`],
  ["a pop-up", `<button onclick="window.open('${inside}/echo')">Go</button>`],
  ["a new tab", `<a role=button target=_blank rel=noopener href="${inside}/echo">Go</a>`],
  [
    "a redirected pop-up",
    `<button onclick="window.open('${site}/redirect?to=${encodeURIComponent(`${inside}/echo`)}')">Go</button>`,
  ],
])("%s to a refused address leads nowhere", async ([, html]) => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(show(`<title>Start</title>${html}`), "load");
  const { ref } = pick(await current.tree(), "button", "Go");
  await expect(current.click(ref)).rejects.toMatchObject(refusal);
  await eventually(() => browser.peek().title === "Start");
  expect(await current.title()).toBe("Start");
});

test("neither a meta refresh nor a frame gets there", async () => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(
    show(`<title>Start</title><meta http-equiv=refresh content="0; url=${inside}/login.html">`),
    "load",
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await current.title()).toBe("Start");
  await current.go(
    show(`<title>Frame</title><iframe src="${inside}/login.html"></iframe>`),
    "load",
  );
  expect(all(await current.tree()).map(({ name }) => name)).not.toContain("Sign in");
  expect(browser.peek().title).toBe("Frame");
});

test("without the guard all addresses are open", async () => {
  const { page } = await launch({ allowPrivate: true });
  const current = await page();
  await current.go(show(`<a role=button href="${inside}/login.html">Go</a>`), "load");
  await current.click(pick(await current.tree(), "button", "Go").ref);
  expect(await current.title()).toBe("Sign in");
});

test("frames that a page makes of its own words are its own", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(
    show(`<iframe src="data:text/html,<button>Data</button>"></iframe>
<iframe srcdoc="<button>Words</button>"></iframe><iframe id=made></iframe>
<script>made.src = URL.createObjectURL(new Blob(["<button>Blob</button>"], { type: "text/html" }))</script>`),
    "load",
  );
  const made = ["Data", "Words", "Blob"];
  const seen = async () =>
    all(await current.tree()).flatMap(({ name }) => (made.includes(name) ? [name] : []));
  await eventually(async () => (await seen()).length >= made.length);
  expect(new Set(await seen())).toEqual(new Set(made));
});
