import { describe, expect, it } from "vitest";
import { Fault } from "../../src/domain/errors.ts";
import { createLanguage } from "../../src/language/index.ts";
import { FakePage } from "./fake-page.ts";

const { condition } = createLanguage();

const PAGE = `
heading "Welcome, Ada" level=1
paragraph
  StaticText "Your order was sent."
button "Save" disabled
button "Pay"
checkbox "Remember me" checked
textbox "Email" editable value="a@b.c"
list
  listitem
    link "One" url=https://x.example/1
  listitem
    link "Two" url=https://x.example/2
`;

const CONDITIONS: readonly (readonly [words: string, met: boolean])[] = [
  ['the text "Welcome" appears', true],
  ['text "Welcome" is visible', true],
  ['"order was sent" is present', true],
  ['"Goodbye" appears', false],
  ['wait until "Welcome" appears', true],
  ["the word welcome appears", true],
  ["Your order was sent is visible", true],
  ['"Welcome"', true],
  ['"Loading" disappears', true],
  ['"Welcome" disappears', false],
  ['the text "Welcome" is gone', false],
  ["the spinner is gone", true],
  ["the Pay button is gone", false],
  ["page contains Your order", true],
  ["the page contains 'goodbye'", false],
  ["page does not contain goodbye", true],
  ["the page doesn't contain Welcome", false],
  ["page shows Welcome, Ada", true],
  ["title is Orders", true],
  ["the title contains 'ord'", true],
  ["title is not Orders", false],
  ["page title starts with Ord", true],
  ["URL contains /orders", true],
  ["url is https://shop.example/orders/7", true],
  ["the URL does not contain /login", true],
  ["url ends with /7", true],
  ["URL matches */orders/*", true],
  ["URL matches */cart/*", false],
  ["the Pay button exists", true],
  ["the Pay button appears", true],
  ["Delete button exists", false],
  ["the Delete button does not exist", true],
  ["the link Two is visible", true],
  ["the Email field is visible", true],
  ["the Pay button is enabled", true],
  ["the Save button is enabled", false],
  ["the Save button is disabled", true],
  ["the Save button is not enabled", true],
  ["the Pay button becomes clickable", true],
  ["Remember me is checked", true],
  ["the Remember me checkbox is unchecked", false],
  ["the Delete button is enabled", false],
  ["the Email field is empty", false],
  ["page loaded", true],
  ["the page is ready", true],
  ["the page has finished loading", true],
  ["at least 2 links", true],
  ["at least 3 links", false],
  ["there are exactly 2 links", true],
  ["more than 1 button", true],
  ["2 results are visible", true],
  ["fewer than 2 rows", true],
  ["no Delete button", true],
  ["the heading 'Welcome, Ada' appears", true],
];

describe("conditions", () => {
  it.each(CONDITIONS)("%s: %s", async (words, met) => {
    const page = new FakePage(PAGE, { title: "Orders", url: "https://shop.example/orders/7" });
    const report = await condition(words)(page);
    expect(report.details).toMatch(/^[A-Z“].*\.$/);
    expect({ words, met: report.met, why: report.details }).toMatchObject({ words, met });
  });

  it.each(["", "make me a sandwich", "the colour purple"])("are refused: %j", (words) => {
    expect(() => condition(words)).toThrow(Fault);
    expect(() => condition(words)).toThrow(/What is understood: .*appears/);
  });

  it("are checked anew each time", async () => {
    const page = new FakePage(PAGE);
    const check = condition('"Done" appears');
    expect(await check(page)).toEqual({
      met: false,
      details: "The text “Done” is not on the page.",
    });
    page.become(`StaticText "Done"`);
    expect(await check(page)).toEqual({ met: true, details: "The text “Done” is on the page." });
  });

  it("do not tell what a field holds", async () => {
    const page = new FakePage(`textbox "Pin" editable value="4711"\n  StaticText "4711" editable`);
    expect((await condition('"4711" appears')(page)).met).toBe(false);
  });
});
