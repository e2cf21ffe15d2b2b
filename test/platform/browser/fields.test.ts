import { expect, inject, test } from "vitest";
import type { BrowserPage } from "../../../src/domain/ports.ts";
import { all, launch, pick } from "./support.ts";

const site = inject("site");

async function valueOf(page: BrowserPage, name: string): Promise<string | undefined> {
  const found = all(await page.tree()).find(
    (node) => node.name === name && node.role !== "StaticText",
  );
  return found?.value;
}

async function log(page: BrowserPage): Promise<string[]> {
  const text = /<pre id="log">([^]*?)<\/pre>/.exec(await page.html())?.[1] ?? "";
  return text.split("\n").filter(Boolean);
}

test("fills fields of every kind", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/fields.html`, "load");
  const fields = all(await current.tree()).filter(({ role }) => !role.endsWith("Text"));
  const ref = (name: string) => fields.find((node) => node.name === name)?.ref ?? `no ${name}`;

  const shownIn: Record<string, string> = {};
  const expected: Record<string, string> = {};
  for (const [name, text, shown] of [
    ["Text", "after", "after"],
    ["Search", "héllo wörld ✓", "héllo wörld ✓"],
    ["Number", "42.5", "42.5"],
    ["Range", "7", "7"],
    ["Short", "12345678", "1234"],
    ["Notes", "new\nlines", "new\nlines"],
    ["Masked", "abc", "abc"],
    ["Tracked", "seen", "seen"],
    ["Editor", "plain words", "plain words"],
  ] as const) {
    await current.fill(ref(name), text);
    shownIn[name] = (await valueOf(current, name)) ?? "";
    expected[name] = shown;
  }
  expect(shownIn).toMatchObject(expected);
  await current.fill(ref("Date"), "2026-03-01");
  await current.fill(ref("Time"), "13:45");
  await current.fill(ref("Color"), "#ff0000");
  const lines = await log(current);
  expect(lines).toContain("text change after");
  expect(lines).toContain("date change 2026-03-01");
  expect(lines).toContain("time change 13:45");
  expect(lines).toContain("color input #ff0000");
  expect(lines).toContain("range change 7");
  expect(lines).toContain("tracked saw seen");
  await current.fill(ref("Text"), "");
  expect(await valueOf(current, "Text")).toBeFalsy();
});

test("a field that listens to keys gets a real key stroke with the whole text", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/fields.html`, "load");
  await current.fill(pick(await current.tree(), "textbox", "Keys").ref, "hello");
  const lines = await log(current);
  expect(lines).toContain("keys keydown o true with hell");
  expect(lines).toContain("keys keyup o true with hello");
  expect(lines).toContain("keys input hello");
});

test("says why it cannot fill", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/fields.html`, "load");
  const tree = await current.tree();
  const fields = all(tree).filter(({ role }) => !role.endsWith("Text"));
  const refusal = async (name: string, text: string) => {
    const ref = fields.find((node) => node.name === name)?.ref ?? "";
    const error: unknown = await current.fill(ref, text).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "BAD_REQUEST" });
    return error instanceof Error ? error.message : "";
  };
  expect(await refusal("Locked", "x")).toContain("only be read");
  expect(await refusal("Off", "x")).toContain("disabled");
  expect(await refusal("City", "Oslo")).toContain("list to choose from");
  expect(await refusal("Agree", "yes")).toContain("checkbox");
  expect(await refusal("Date", "tomorrow")).toContain("2026-01-31");
  const secret = await refusal("Number", "secret words");
  expect(secret).not.toContain("secret");
});

test("chooses options, and tells the page", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/fields.html`, "load");
  const tree = await current.tree();
  const city = all(tree).find(({ name, role }) => name === "City" && role === "combobox");
  const many = all(tree).find(({ name, role }) => name === "Many" && role === "listbox");
  const option = (name: string) => pick(tree, "option", name).ref;
  await current.choose(city?.ref ?? "", [option("Oslo")]);
  expect(await valueOf(current, "City")).toBe("Oslo");
  await current.choose(many?.ref ?? "", [option("One"), option("Three")]);
  const chosen = all(await current.tree()).filter(({ states }) => states.selected);
  expect(chosen.map(({ name }) => name)).toEqual(["Oslo", "One", "Three"]);
  expect(await log(current)).toEqual([
    "city input Oslo",
    "city change Oslo",
    "many input One",
    "many change One",
  ]);
  const wrong = { code: "BAD_REQUEST" };
  await expect(current.choose(city?.ref ?? "", [option("Atlantis")])).rejects.toMatchObject(wrong);
  await expect(current.choose(city?.ref ?? "", [option("One")])).rejects.toMatchObject(wrong);
});

test("presses keys and chords", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/fields.html`, "load");
  const { ref } = pick(await current.tree(), "textbox", "Text");
  await current.press("Control+a", ref);
  await current.press("Backspace");
  for (const key of ["H", "i", "!", "Shift+a", "Space", "é", "ArrowLeft", "Home", "x"]) {
    await current.press(key);
  }
  expect(await valueOf(current, "Text")).toBe("xHi!A é");
  await expect(current.press("Warp")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await current.go(`${site}/login.html`, "load");
  const tree = await current.tree();
  await current.fill(pick(tree, "textbox", "Password").ref, "correct horse");
  await current.press("Enter");
  expect(await current.title()).toBe("Welcome");
});

test("the tree shows states, values and placeholders", async () => {
  const { page } = await launch();
  const current = await page();
  await current.go(`${site}/fields.html`, "load");
  const tree = await current.tree();
  expect(pick(tree, "textbox", "Text")).toMatchObject({ value: "before" });
  expect(pick(tree, "searchbox", "Search")).toMatchObject({ description: "Find things" });
  expect(pick(tree, "textbox", "Locked").states).toMatchObject({ readonly: true });
  expect(pick(tree, "textbox", "Off").states).toMatchObject({ disabled: true });
  expect(pick(tree, "textbox", "Notes").states).toMatchObject({ multiline: true, editable: true });
  expect(pick(tree, "checkbox", "Agree").states).toMatchObject({ checked: false });
  const [facts, gone] = await current.facts([pick(tree, "textbox", "Text").ref, "9.9:9"]);
  expect(facts).toMatchObject({ tag: "input", attributes: { name: "text" } });
  expect(facts?.attributes).not.toHaveProperty("value");
  expect(facts?.box?.width).toBeGreaterThan(10);
  expect(facts?.form).toBeTypeOf("string");
  expect((await current.facts([facts?.form ?? ""]))[0]?.tag).toBe("form");
  expect(gone).toBeNull();
});
