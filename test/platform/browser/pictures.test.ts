import { expect, inject, test } from "vitest";
import { pictureSize } from "../../../src/platform/browser/picture.ts";
import { launch } from "./support.ts";

const site = inject("site");
const show = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;

test.for(["png", "jpeg", "webp"] as const)("takes a picture as %s", async (format) => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  const picture = await current.screenshot({ format, fullPage: false });
  expect(picture).toMatchObject({ width: 1280, height: 720 });
  expect(pictureSize(picture.bytes)).toEqual({ width: 1280, height: 720 });
  const marks = { png: "\u0089PNG", jpeg: "\u00ff\u00d8", webp: "RIFF" };
  const head = String.fromCharCode(...picture.bytes.subarray(0, marks[format].length));
  expect(head).toBe(marks[format]);
});

test("takes the whole page, or one element of it", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(
    show(
      `<body style="margin:0"><div style="height:2500px;width:1500px">Tall</div><p id=small style="margin:0 0 0 10.5px;width:100.5px;height:40px">Small</p><p hidden>x</p>`,
    ),
    "load",
  );
  expect(await current.screenshot({ format: "png", fullPage: true })).toMatchObject({
    width: 1500,
    height: 2540,
  });
  const element = await current.screenshot({ format: "png", fullPage: false, selector: "#small" });
  expect(element).toMatchObject({ width: 101, height: 40 });
  const rough = await current.screenshot({ format: "jpeg", fullPage: true, quality: 1 });
  const fine = await current.screenshot({ format: "jpeg", fullPage: true, quality: 100 });
  expect(rough.bytes.length).toBeLessThan(fine.bytes.length);
  for (const selector of [".missing", ":::", "[hidden]"]) {
    await expect(
      current.screenshot({ format: "png", fullPage: false, selector }),
    ).rejects.toMatchObject({ code: "BAD_REQUEST", message: expect.stringContaining(selector) });
  }
});

test("takes as much of a page without end as a picture holds", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(show('<div style="height:20000px">Tall</div>'), "load");
  const picture = await current.screenshot({ format: "webp", fullPage: true });
  expect(picture).toMatchObject({ width: 1280, height: 16_383 });
});

test("prints the page", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  const pdf = await current.pdf();
  expect(String.fromCharCode(...pdf.subarray(0, 5))).toBe("%PDF-");
  expect(current.touched).toBe(true);
  expect((await page()).touched).toBe(false);
});

test("what is no picture has no size", () => {
  expect(pictureSize(new Uint8Array())).toBeNull();
  expect(pictureSize(new TextEncoder().encode("%PDF-1.4 and so on, but no picture"))).toBeNull();
});
