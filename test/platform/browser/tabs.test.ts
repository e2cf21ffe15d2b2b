import { expect, inject, test } from "vitest";
import type { Browser } from "../../../src/domain/ports.ts";
import { eventually, intrude, launch, pick } from "./support.ts";

const site = inject("site");
const show = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;

async function closePage(browser: Browser, url: string): Promise<void> {
  const wire = await intrude(browser);
  const { targetInfos } = await wire.root.send("Target.getTargets");
  const targetId = targetInfos.find((info) => info.url === url)?.targetId ?? "";
  await wire.root.send("Target.closeTarget", { targetId });
  wire.close();
}

test.for([
  ["window.open", `<button onclick="window.open('${site}/login.html')">Open</button>`],
  ["target", `<a role=button target=_blank rel=opener href="${site}/login.html">Open</a>`],
  ["noopener", `<a role=button target=_blank rel=noopener href="${site}/login.html">Open</a>`],
])("a page opened by %s becomes current, and gives way when it closes", async ([, html]) => {
  const { browser, notices, page } = await launch();
  const current = await page();
  await current.go(show(`<title>Opener</title>${html}`), "load");
  await eventually(() => notices.at(-1)?.type === "ready");
  notices.length = 0;
  await current.click(pick(await current.tree(), "button", "Open").ref);
  expect(current.url()).toBe(`${site}/login.html`);
  expect(await current.title()).toBe("Sign in");
  expect(notices[0]).toEqual({ type: "page_opened", url: `${site}/login.html` });
  expect(notices).toContainEqual({ type: "navigation", url: `${site}/login.html` });
  const popup = await current.tree();
  expect(await current.back()).toBe(false);
  await closePage(browser, `${site}/login.html`);
  await eventually(() => browser.peek().title === "Opener");
  expect(notices).toContainEqual({ type: "page_closed", url: `${site}/login.html` });
  expect(await current.title()).toBe("Opener");
  await expect(current.click(pick(popup, "button").ref)).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});

test("a pop-up without an address is a page too", async () => {
  const { notices, page } = await launch();
  const current = await page();
  await current.go(
    show(`<title>Opener</title><button onclick="w = window.open(); w.document.write('<title>Written</title>'); w.document.close()">Open</button>
      <button onclick="window.open('${site}/login.html', 'named')">Named</button>`),
    "load",
  );
  await current.click(pick(await current.tree(), "button", "Open").ref);
  expect(await current.title()).toBe("Written");
  expect(notices).toContainEqual({ type: "page_opened", url: "about:blank" });
});

test("a page that closes itself gives way to its opener, and the click that did it is done", async () => {
  const { notices, page } = await launch();
  const current = await page();
  const popup = show("<button onclick=window.close()>Close</button>");
  await current.go(
    show(`<title>Opener</title><a role=button target=_blank href="${popup}">Open</a>`),
    "load",
  );
  await current.click(pick(await current.tree(), "button", "Open").ref);
  await current.click(pick(await current.tree(), "button", "Close").ref);
  await eventually(() => notices.some(({ type }) => type === "page_closed"));
  expect(await current.title()).toBe("Opener");
});

test("closing the last page leaves a fresh blank one", async () => {
  const { browser, notices, page } = await launch();
  await (await page()).go(`${site}/login.html`, "load");
  await closePage(browser, `${site}/login.html`);
  await eventually(() => browser.peek().url === "about:blank");
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  expect(await current.title()).toBe("Sign in");
  expect(notices.filter(({ type }) => type === "page_opened")).toEqual([]);
});

test("answers dialogs at once, and tells of them", async () => {
  const { notices, page } = await launch();
  const current = await page();
  await current.go(
    show(`<button onclick="alert('Hello'); this.textContent = confirm('Sure?') + ' ' + prompt('Name?', 'x')">Ask</button>
      <script>addEventListener("beforeunload", (event) => event.preventDefault())</script>`),
    "load",
  );
  await current.click(pick(await current.tree(), "button", "Ask").ref);
  expect(pick(await current.tree(), "button").name).toBe("false null");
  expect(notices.filter(({ type }) => type === "dialog")).toEqual([
    { type: "dialog", kind: "alert", message: "Hello", answer: "accepted" },
    { type: "dialog", kind: "confirm", message: "Sure?", answer: "dismissed" },
    { type: "dialog", kind: "prompt", message: "Name?", answer: "dismissed" },
  ]);
  await current.go(`${site}/login.html`, "load");
  expect(await current.title()).toBe("Sign in");
  expect(notices).toContainEqual(
    expect.objectContaining({ type: "dialog", kind: "beforeunload", answer: "accepted" }),
  );
});
