import { expect, inject, test } from "vitest";
import type { BrowserPage } from "../../../src/domain/ports.ts";
import { all, launch, pick } from "./support.ts";

const site = inject("site");
const show = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;

async function log(page: BrowserPage): Promise<string[]> {
  const text = /<pre id="log">([^]*?)<\/pre>/.exec(await page.html())?.[1] ?? "";
  return text.split("\n").filter(Boolean);
}

test("clicks what can be clicked, with a real mouse", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/targets.html`, "load");
  const tree = await current.tree();
  await current.click(pick(tree, "button", "Nested").ref);
  await current.click(pick(tree, "button", "Twice").ref, { count: 2 });
  await current.click(pick(tree, "button", "Twice").ref, { button: "right" });
  await current.hover(pick(tree, "StaticText", "Hover me").ref);
  const long = all(tree).find(({ role }) => role === "link");
  await current.click(long?.ref ?? "");
  await current.click(pick(tree, "button", "In the shadow").ref);
  await current.click(pick(tree, "button", "Through").ref);
  await current.click(pick(tree, "button", "Far below").ref);
  expect(await log(current)).toEqual([
    "inner true",
    "double",
    "context",
    "hover",
    "long",
    "shadow",
    "thru",
    "wrap",
    "far",
  ]);
  await current.click(pick(tree, "checkbox", "Styled").ref);
  expect(pick(await current.tree(), "checkbox", "Styled").states.checked).toBe(true);
  await current.fill(pick(tree, "textbox", "Hidden field").ref, "found");
  expect(pick(await current.tree(), "textbox", "Hidden field").value).toBe("found");
});

test("says what is in the way", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/targets.html`, "load");
  const tree = await current.tree();
  await expect(current.click(pick(tree, "button", "Under").ref)).rejects.toMatchObject({
    code: "BAD_REQUEST",
    message: 'The element is covered by <div#cover> "Please wait".',
  });
  await expect(current.click(pick(tree, "button", "Off").ref)).rejects.toThrow("disabled");
  expect(current.touched).toBe(true);
});

test("a call that fails before it did anything leaves the page untouched", async () => {
  const { page } = await launch();
  await (await page()).go(`${site}/targets.html`, "load");
  const current = await page();
  const tree = await current.tree();
  await expect(current.click("0.77:1")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(current.click("nonsense")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(current.go("ftp://x/", "load")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  expect(current.touched).toBe(false);
  await current.hover(pick(tree, "button", "Nested").ref);
  expect(current.touched).toBe(true);
});

test("an element that has left the page is said to be gone", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(
    show("<button onclick=this.remove()>Once</button><p><button id=x>Other</button>"),
    "load",
  );
  const { ref } = pick(await current.tree(), "button", "Once");
  await current.click(ref);
  const gone = { code: "BAD_REQUEST", message: "The element is no longer on the page." };
  await expect(current.click(ref)).rejects.toMatchObject(gone);
  expect(await current.facts([ref])).toEqual([null]);
  const other = pick(await current.tree(), "button", "Other").ref;
  await current.reload();
  await expect(current.click(other)).rejects.toMatchObject(gone);
  await expect(current.fill(other, "x")).rejects.toMatchObject(gone);
});

test("scrolls the page, its largest pane, and elements into view", async () => {
  const { page } = await launch();
  const current = await page();
  const told = `<p id=told></p><script>onscroll = () => told.textContent = "at " + Math.round(scrollY)</script>`;
  await current.go(
    show(`<body style="margin:0"><div style="height:3000px">${told}</div><b>End</b>`),
    "load",
  );
  const at = async () => Number(/at (\d+)/.exec(await current.html())?.[1]);
  await current.scroll("down");
  await expect.poll(at).toBe(576);
  await current.scroll("bottom");
  await expect.poll(at).toBeGreaterThan(2000);
  await current.scroll("up");
  await expect.poll(at).toBeLessThan(2000);
  await current.scroll("top");
  await expect.poll(at).toBe(0);
  await current.scroll({ ref: pick(await current.tree(), "StaticText", "End").ref });
  await expect.poll(at).toBeGreaterThan(1000);
  await current.go(
    show(
      `<body style="margin:0"><div style="height:500px;overflow:auto" onscroll="this.title = 'at ' + this.scrollTop"><div style="height:3000px"></div></div>`,
    ),
    "load",
  );
  await current.scroll("down");
  await expect.poll(at).toBe(400);
});

test.for([
  ["of the same site", ""],
  ["of another site", "127.0.0.1"],
])("reads and works frames %s", async ([, host]) => {
  const { page } = await launch({ allowPrivate: true });
  const current = await page();
  const origin = host ? site.replace("localhost", host) : site;
  const inner = `${origin}/page?html=${encodeURIComponent(
    `<title>Inner</title><label>Inside <input></label><button onclick="this.textContent = 'Done'">Do</button><iframe src="${site}/login.html"></iframe>`,
  )}`;
  await current.go(
    show(
      `<title>Outer</title><div style="height:900px">Space</div><h1>Outer</h1><iframe style="margin:40px;border:7px solid" width=600 height=400 src="${inner}"></iframe>`,
    ),
    "load",
  );
  const tree = await current.tree();
  await current.fill(pick(tree, "textbox", "Inside").ref, "typed");
  await current.click(pick(tree, "button", "Do").ref);
  await current.click(pick(tree, "checkbox", "Remember me").ref);
  await current.fill(pick(tree, "textbox", "Email").ref, "ada@example.com");
  const after = await current.tree();
  expect(pick(after, "textbox", "Inside").value).toBe("typed");
  expect(pick(after, "button", "Done")).toBeDefined();
  expect(pick(after, "checkbox", "Remember me").states.checked).toBe(true);
  expect(pick(after, "textbox", "Email").value).toBe("ada@example.com");
  const [facts] = await current.facts([pick(after, "textbox", "Email").ref]);
  expect(facts?.attributes.type).toBe("email");
});
