import { expect, inject, test } from "vitest";
import { eventually, intrude, launch, pick } from "./support.ts";

const site = inject("site");
const show = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;
const unavailable = { code: "UNAVAILABLE" };

test("a page that hangs in a script ends every call in its time", async () => {
  const { browser, page } = await launch();
  const current = await page(1_500);
  await current.go(show("<title>Busy</title><button onclick='for (;;);'>Hang</button>"), "load");
  await eventually(() => browser.peek().title === "Busy");
  expect(await browser.alive(500)).toBe(true);
  const { ref } = pick(await current.tree(), "button");
  const timeout = { code: "TIMEOUT" };
  await expect(current.click(ref)).rejects.toMatchObject(timeout);
  expect(await browser.alive(200)).toBe(false);
  expect(browser.peek()).toMatchObject({ title: "Busy" });
  for (const call of ["tree", "title", "html", "pdf", "reload"] as const) {
    await expect((await page(200))[call]()).rejects.toMatchObject(timeout);
  }
  await expect(browser.state()).rejects.toMatchObject(timeout);
  expect(await browser.cookies()).toEqual([]);
  await (await page()).go(`${site}/login.html`, "load");
  expect(await (await page()).title()).toBe("Sign in");
});

test("a command whose time is up does nothing more", async () => {
  const { browser, page } = await launch();
  await (await page()).go(`${site}/login.html`, "load");
  const over = new AbortController();
  const late = await browser.page(over.signal);
  const { ref } = pick(await late.tree(), "checkbox");
  over.abort();
  await expect(late.click(ref)).rejects.toMatchObject({ code: "TIMEOUT" });
  await expect(late.go(`${site}/echo`, "load")).rejects.toMatchObject({ code: "TIMEOUT" });
  await expect(browser.page(over.signal)).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(pick(await (await page()).tree(), "checkbox").states.checked).toBe(false);
});

test("the death of the page's process is told, and ends what waits for it", async () => {
  const { browser, notices, page } = await launch();
  const current = await page();
  const stuck = current.go(show(`<img src="${site}/hang">`), "load");
  stuck.catch(() => {});
  await eventually(() => browser.peek().url !== "about:blank");
  const wire = await intrude(browser);
  const { targetInfos } = await wire.root.send("Target.getTargets");
  const targetId = targetInfos.find(({ type }) => type === "page")?.targetId ?? "";
  const { sessionId } = await wire.root.send("Target.attachToTarget", { targetId, flatten: true });
  wire.open(sessionId).tell("Page.crash");
  await expect(stuck).rejects.toMatchObject(unavailable);
  await eventually(() => notices.some(({ type }) => type === "crashed"));
  expect(await browser.alive(500)).toBe(false);
  await expect(page()).rejects.toMatchObject(unavailable);
  await expect(current.tree()).rejects.toMatchObject(unavailable);
  await expect(browser.state()).rejects.toMatchObject(unavailable);
  expect(browser.connected).toBe(true);
  wire.close();
});

test("the death of the browser is told, and ends what waits for it", async () => {
  const { browser, notices, page } = await launch();
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  const wire = await intrude(browser);
  const slow = current.go(`${site}/slow?ms=5000`, "load");
  slow.catch(() => {});
  await eventually(() => browser.peek().loading);
  wire.root.tell("Browser.crash");
  await expect(slow).rejects.toMatchObject(unavailable);
  await eventually(() => notices.some(({ type }) => type === "gone"));
  expect(browser.connected).toBe(false);
  expect(await browser.alive(500)).toBe(false);
  await expect(page()).rejects.toMatchObject(unavailable);
  await expect(browser.state()).rejects.toMatchObject(unavailable);
  await expect(browser.cookies()).rejects.toMatchObject(unavailable);
  await browser.close();
});

test("a browser that is closed on purpose is no news", async () => {
  const { browser, notices } = await launch();
  await browser.close();
  await browser.close();
  expect(browser.connected).toBe(false);
  expect(notices).toEqual([]);
});

test("a page that never stops changing its address is ended, as a crashed one", async () => {
  const { notices, page } = await launch();
  const current = await page();
  const flood =
    "setInterval(() => { for (let n = 0; n < 50; n += 1) history.pushState(0, '', '?' + Math.random()); }, 5)";
  await current
    .go(show(`<title>Restless</title><script>${flood}</script>`), "load")
    .catch(() => {});
  await eventually(() => notices.some(({ type }) => type === "crashed"));
  await expect(page().then((next) => next.title())).rejects.toMatchObject(unavailable);
});
