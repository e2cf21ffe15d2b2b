import { expect, inject, test } from "vitest";
import { eventually, launch, pick } from "./support.ts";

const site = inject("site");
const show = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;

test("goes back, forward and reloads, and has no step before the first page", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  expect(await current.back()).toBe(false);
  await current.go(`${site}/echo`, "load");
  expect(await current.forward()).toBe(false);
  expect(await current.back()).toBe(true);
  expect(await current.title()).toBe("Sign in");
  expect(await current.forward()).toBe(true);
  expect(await current.title()).toBe("Echo");
  await current.reload();
  expect(current.url()).toBe(`${site}/echo`);
});

test.for([
  ["http://localhost:9/", "net::ERR_UNSAFE_PORT"],
  ["http://localhost:65000/", "net::ERR_CONNECTION_REFUSED"],
  ["http://nowhere.invalid/", "net::ERR_NAME_NOT_RESOLVED"],
  [`${site}/download`, `file to download, "report.csv"`],
  [`${site}/status?code=204`, "net::ERR_ABORTED"],
  ["not an address", "not a valid URL"],
  ["file:///etc/passwd", "Only http and https"],
  ["javascript:alert(1)", "Only http and https"],
])("refuses %s with %s and stays usable", async ([url, message]) => {
  const { page } = await launch();
  const current = await page();
  await expect(current.go(url ?? "", "load")).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: expect.stringContaining(message ?? ""),
  });
  await current.go(`${site}/login.html`, "load");
  expect(await current.title()).toBe("Sign in");
});

test("a page with an error status is a page", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/nothing-here`, "load");
  expect(await current.title()).toBe("Not found");
  await current.go(`${site}/status?code=500`, "load");
  expect(current.url()).toBe(`${site}/status?code=500`);
});

test("gives up a page that does not come in time, and the next command is not held up", async () => {
  const { browser, page } = await launch();
  await (await page()).go(`${site}/login.html`, "load");
  await expect((await page(500)).go(`${site}/hang`, "load")).rejects.toMatchObject({
    code: "TIMEOUT",
  });
  const next = await page(2_000);
  expect(await next.title()).toBe("Sign in");
  expect(browser.peek()).toMatchObject({ url: `${site}/login.html`, loading: false });
});

test("waits as long as it was told to", async () => {
  const { page } = await launch();
  const stuck = show(`<title>Stuck</title><h1>Text</h1><img src="${site}/hang">`);
  const current = await page();
  await current.go(stuck, "commit");
  await current.go(stuck, "domcontentloaded");
  expect(await (await page()).title()).toBe("Stuck");
  await expect((await page(700)).go(stuck, "load")).rejects.toMatchObject({ code: "TIMEOUT" });
  const late = show(
    `<title>Late</title><p id=p></p><script>fetch("${site}/slow?ms=300").then(() => p.append("done"))</script>`,
  );
  const idle = await page();
  await idle.go(late, "networkidle");
  expect(await idle.html()).toContain("done</p>");
});

test("follows a page that sends its visitor on at once", async () => {
  const { page } = await launch();
  const current = await page();
  for (const [html, title] of [
    [`<script>location.replace("${site}/login.html")</script>`, "Sign in"],
    [`<body onload="location.href = '${site}/slow?ms=200'">`, "Slow"],
    [
      `<form action="${site}/slow?ms=100"></form><script>document.forms[0].submit()</script>`,
      "Slow",
    ],
  ] as const) {
    await current.go(show(html), "load");
    expect(await current.title()).toBe(title);
  }
  // A refresh is announced only some time after the load.
  await current.go(show(`<meta http-equiv=refresh content="0; url=${site}/login.html">`), "load");
  await eventually(async () => (await current.title()) === "Sign in");
});

test("a snapshot taken in the middle of a command and of a load is whole", async () => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(
    show(`<script>localStorage.a = 1</script><a href="${site}/slow?ms=600">Slow</a>`),
    "load",
  );
  const click = current.click(pick(await current.tree(), "link", "Slow").ref);
  await eventually(() => browser.peek().loading);
  expect((await browser.state()).storage).toEqual([{ origin: site, items: [["a", "1"]] }]);
  await click;
  expect(await current.title()).toBe("Slow");
});

test("tells of moves within a document, and keeps the address", async () => {
  const { browser, notices, page } = await launch();
  const current = await page();
  await current.go(
    show(
      `<button onclick="history.pushState(null, '', '/pushed')">Push</button><a href="#below">Below</a>`,
    ),
    "load",
  );
  const tree = await current.tree();
  await current.click(pick(tree, "button", "Push").ref);
  expect(current.url()).toBe(`${site}/pushed`);
  await current.click(pick(tree, "link", "Below").ref);
  expect(browser.peek().url).toBe(`${site}/pushed#below`);
  await current.go(`${site}/pushed#other`, "load");
  expect(current.url()).toBe(`${site}/pushed#other`);
  const told = notices.flatMap((notice) => (notice.type === "navigation" ? [notice.url] : []));
  expect(told.slice(1)).toEqual([`${site}/pushed`, `${site}/pushed#below`, `${site}/pushed#other`]);
});

test("a click waits for the page that it leads to", async () => {
  const { notices, page } = await launch();
  const current = await page();
  await current.go(
    show(
      `<a href="${site}/slow?ms=400">Slow</a> <form action="${site}/slow?ms=300"><button>Send</button></form>`,
    ),
    "load",
  );
  const start = await current.tree();
  await current.click(pick(start, "link", "Slow").ref);
  expect(await current.title()).toBe("Slow");
  expect(notices.slice(-3).map(({ type }) => type)).toEqual(["loading", "navigation", "ready"]);
  await current.back();
  await current.click(pick(await current.tree(), "button", "Send").ref);
  expect(await current.title()).toBe("Slow");
  await current.back();
  await expect(current.click(pick(start, "link", "Slow").ref)).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: "The element is no longer on the page.",
  });
});

test("says when a click leads nowhere or to a file", async () => {
  const { page } = await launch();
  const current = await page();
  const start = show(
    `<a href="${site}/download">File</a> <a href="http://localhost:65000/">Dead</a>`,
  );
  await current.go(start, "load");
  const tree = await current.tree();
  await expect(current.click(pick(tree, "link", "File").ref)).rejects.toThrow("report.csv");
  await expect(current.click(pick(tree, "link", "Dead").ref)).rejects.toThrow(
    "could not be loaded",
  );
});
