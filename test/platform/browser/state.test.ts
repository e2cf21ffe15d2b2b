import { expect, inject, test } from "vitest";
import { eventually, launch, launcher, pick, watch } from "./support.ts";

const site = inject("site");
const otherSite = inject("otherSite");
const show = (html: string, origin = site) => `${origin}/page?html=${encodeURIComponent(html)}`;
const soon = () => AbortSignal.timeout(10_000);

test("another browser takes over: cookies, local storage before the page's scripts, address", async () => {
  const first = await launch();
  let page = await first.page();
  await page.go(`${site}/set-cookie?name=id&value=42`, "load");
  await page.go(show("<script>localStorage.setItem('theme', 'dark')</script>", otherSite), "load");
  const shop = show(
    `<title>Shop</title><iframe src="${show("<p>Frame</p>", otherSite)}"></iframe><pre></pre>
     <script>
       document.querySelector("pre").textContent = JSON.stringify({ ...localStorage });
       localStorage.setItem("visits", Number(localStorage.getItem("visits") ?? 0) + 1);
       sessionStorage.setItem("step", "2");
     </script>`,
  );
  await page.go(shop, "load");
  const state = await first.browser.state();
  expect(state).toMatchObject({ url: shop, posted: false });
  expect(state.cookies).toMatchObject([{ name: "id", value: "42", httpOnly: true }]);
  expect(state.cookies[0]).not.toHaveProperty("expires");
  expect(state.storage).toContainEqual({ origin: site, items: [["visits", "1"]] });
  expect(state.storage).toContainEqual({ origin: otherSite, items: [["theme", "dark"]] });
  expect(state.lost).toEqual([`session storage of ${site}`]);
  await first.browser.close();

  const second = await launch();
  expect(await second.browser.restore(state, soon())).toEqual(state.lost);
  page = await second.page();
  expect(page.url()).toBe(shop);
  expect(await page.html()).toContain(`<pre>{"visits":"1"}</pre>`);
  expect(await page.back()).toBe(false);
  await page.reload();
  expect(await page.html()).toContain(`<pre>{"visits":"2"}</pre>`);
  await page.go(`${site}/echo`, "load");
  expect(await page.html()).toContain("id=42");
  await page.go(
    show("<script>document.title = localStorage.getItem('theme')</script>", otherSite),
    "load",
  );
  expect(await page.title()).toBe("dark");
  expect(second.notices.filter(({ type }) => type.startsWith("page_"))).toEqual([]);
});

test("names what cannot be brought back", async () => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(
    show(`<script>localStorage.setItem("big", "x".repeat(1100000))</script>
      <label>Name <input></label><button onclick="window.open('${site}/login.html')">Open</button>
      <form method=post action=/echo><button>Post</button></form>`),
    "load",
  );
  const tree = await current.tree();
  await current.fill(pick(tree, "textbox", "Name").ref, "Ada");
  const state = await browser.state();
  expect(state.storage).toEqual([]);
  expect(state.lost).toEqual([
    `local storage of ${site}: more than 1 MB`,
    "what was filled into forms",
  ]);
  await current.click(pick(tree, "button", "Post").ref);
  expect(await browser.state()).toMatchObject({
    url: `${site}/echo`,
    posted: true,
    lost: [expect.stringContaining("1 MB"), "the page that was sent by POST"],
  });
  await current.reload();
  expect((await browser.state()).posted).toBe(true);
  await current.back();
  expect((await browser.state()).posted).toBe(false);
  await current.click(pick(await current.tree(), "button", "Open").ref);
  expect((await browser.state()).lost).toContain("another open page");
});

test("a page that cannot be loaded again does not fail the restore", async () => {
  const { browser, page } = await launch();
  const state = {
    url: "http://localhost:65000/gone",
    posted: false,
    cookies: [],
    storage: [{ origin: "http://localhost:65000", items: [["a", "b"]] as [string, string][] }],
    lost: [],
  };
  const lost = await browser.restore(state, soon());
  expect(lost).toEqual([expect.stringContaining("net::ERR_CONNECTION_REFUSED")]);
  await (await page()).go(`${site}/login.html`, "load");
  const refused = await browser.restore(
    { ...state, url: "http://127.0.0.1/", storage: [] },
    soon(),
  );
  expect(refused).toEqual([expect.stringContaining("not allowed")]);
});

test("a blank browser has a state too, and restores to a blank page", async () => {
  const { browser } = await launch();
  const state = await browser.state();
  expect(state).toEqual({ url: "about:blank", posted: false, cookies: [], storage: [], lost: [] });
  expect(await browser.restore(state, soon())).toEqual([]);
  expect(browser.peek()).toEqual({ url: "about:blank", title: "", loading: false });
});

test("a browser that was released is joined again as it was", async () => {
  const first = await launch();
  await (await first.page()).go(`${site}/login.html`, "load");
  await first.browser.release();
  expect(first.browser.connected).toBe(false);
  const joined = await eventually(async () => (await launcher().join(first.browser.id)) ?? false);
  const { browser, notices, page } = watch(joined);
  expect(browser.peek()).toMatchObject({ url: `${site}/login.html`, loading: false });
  const current = await page();
  expect(await current.title()).toBe("Sign in");
  await expect(current.go("http://127.0.0.1/", "load")).rejects.toThrow("not allowed");
  await current.go(`${site}/echo`, "load");
  await eventually(() => notices.some(({ type }) => type === "ready"));
  expect(browser.peek().title).toBe("Echo");
  await browser.close();
  expect(await launcher().join(browser.id)).toBeNull();
  expect(await launcher().join("no-such-browser")).toBeNull();
});

test("sets cookies in the place of all, and names the one that is malformed", async () => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(`${site}/set-cookie?name=old&value=1`, "load");
  await browser.setCookies([
    { name: "host", value: "a b", domain: "localhost" },
    { name: "url", value: "2", url: `${site}/sub/page`, httpOnly: true, sameSite: "Strict" },
    {
      name: "wide",
      value: "3",
      domain: ".example.com",
      path: "/x",
      expires: 4_000_000_000,
      secure: true,
    },
  ]);
  const cookies = await browser.cookies();
  expect(cookies.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: "host", value: "a b", domain: "localhost", path: "/", httpOnly: false, secure: false },
    {
      name: "url",
      value: "2",
      domain: "localhost",
      path: "/sub",
      httpOnly: true,
      secure: false,
      sameSite: "Strict",
    },
    {
      name: "wide",
      value: "3",
      domain: ".example.com",
      path: "/x",
      expires: expect.any(Number),
      httpOnly: false,
      secure: true,
    },
  ]);
  await current.go(`${site}/echo`, "load");
  expect(await current.html()).toContain("host=a b");
  for (const bad of [
    { name: "bad;name", value: "1", domain: "localhost" },
    { name: "bad", value: "1" },
    { name: "bad", value: "1\n2", domain: "localhost" },
    { name: "bad", value: "1", domain: "local host" },
    { name: "bad", value: "1", url: "ftp://x/" },
    { name: "__Host-bad", value: "1", domain: ".example.com", secure: true },
  ]) {
    await expect(
      browser.setCookies([{ name: "fine", value: "1", domain: "localhost" }, bad]),
    ).rejects.toMatchObject({
      code: "BAD_REQUEST",
      message: expect.stringContaining(`"${bad.name}"`),
    });
  }
  expect(await browser.cookies()).toHaveLength(3);
  await browser.setCookies([]);
  expect(await browser.cookies()).toEqual([]);
});
