import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Browser, BrowserPage } from "../../src/domain/ports.ts";
import { createLanguage } from "../../src/language/index.ts";
import { createBrowserLauncher } from "../../src/platform/browser/index.ts";

/** The language over a real browser, on pages of the tests' own. */
const language = createLanguage();
let browser: Browser;
let page: BrowserPage;

beforeAll(async () => {
  const guard = { assertAllowed: () => Promise.resolve() };
  const launcher = createBrowserLauncher({ binding: env.BROWSER, guard, allowPrivate: true });
  browser = await launcher.launch();
});

afterAll(() => browser.close());

async function visit(name: string): Promise<void> {
  page = await browser.page(AbortSignal.timeout(30_000));
  await page.go(`${inject("site")}/${name}.html`, "load");
}

async function act(command: string): Promise<string> {
  page = await browser.page(AbortSignal.timeout(30_000));
  return language.act(page, command).then(
    ({ action, element }) => `${action} ${element}`,
    (error: unknown) => `refused: ${error instanceof Error ? error.message : String(error)}`,
  );
}

async function extract(query: string): Promise<string> {
  page = await browser.page(AbortSignal.timeout(30_000));
  return language.extract(page, query);
}

/** What the page's own script noted of what was done to it. */
async function noted(): Promise<string> {
  const html = await page.html();
  return /<output id="log">([^<]*)</.exec(html)?.[1] ?? "";
}

describe("a sign-in", () => {
  it("goes as the document shows it", async () => {
    await visit("login");
    expect(await act("Enter 'user@example.com' in email field")).toBe("type Email field");
    expect(await act("Enter 'correct horse' in password field")).toBe("type Password field");
    expect(await extract("Confirm login success")).toMatch(/^Login not successful/);
    expect(await act("Click Login button")).toBe("click Sign In button");
    expect(await extract("Confirm login success")).toBe("Login successful");
    expect(await extract("Extract the main heading and first paragraph")).toBe(
      "Heading: Welcome, user@example.com\nParagraph: You are signed in.",
    );
  });

  it("tells a wrong password", async () => {
    await visit("login");
    const report = await act(
      "type 'user@example.com' in email, type 'wrong' in password and click sign in",
    );
    expect(report).toBe("click Sign In button");
    expect(await extract("did the login succeed?")).toBe("Login failed: Wrong password");
  });

  it.each([
    ["type 'a@b.c' into the e-mail", "type E-mail address field", ""],
    ["tick keep me logged in", "check Keep me signed in checkbox", ""],
    ["click log in in Labels", "click Log in button", "sent labels"],
    ["enter 'bob' in user name", "type Username field", ""],
    ["enter 'pw' in the password field in Placeholders", "type password field", ""],
    ["click Go", "click Go button", "sent placeholders"],
    ["enter 'bob' in user id", "type User ID field", ""],
    ["enter 'pw' in passphrase", "type Passphrase field", ""],
    ["click the login button in Floating", "click Enter the site button", "sent floating"],
    ["enter '07700' in phone", "type Mobile number field", ""],
    ["enter '123456' in the one-time code field", "type One-time code field", ""],
    ["click the login button in Icons", "click Sign in button", "sent icons"],
  ])("understands forms of many makes: %s", async (command, report, log) => {
    await visit("logins");
    expect(await act(command)).toBe(report);
    expect(await noted()).toBe(log);
  });
});

describe("a shop", () => {
  it.each([
    ["add Red mug to cart", "click Add to cart button", "added Red mug"],
    ["click Add to cart", "click Add to cart button", "added Blue mug"],
    ["click the second Add to cart button", "click Add to cart button", "added Red mug"],
    ["click Add to cart for the Green pot", "refused: The Add to cart button is disabled.", ""],
    ["add the blue mug to the wishlist", "click Add Blue mug to wishlist button", "wish Blue mug"],
    ["click Delete in the row of A-101", "click Delete button", "delete A-101"],
    ["click the last Delete button", "click Delete button", "delete A-101"],
    ["click Delete next to A-100", "click Delete button", "delete A-100"],
  ])("is worked: %s", async (command, report, log) => {
    await visit("shop");
    expect(await act(command)).toBe(report);
    expect(await noted()).toBe(log);
  });

  it("is searched", async () => {
    await visit("shop");
    expect(await act("search for teapots")).toBe("type Search products field");
    expect(await extract("URL")).toMatch(/\/echo\?q=teapots$/);
  });

  it.each([
    ["title", "Teapot & Co. – Mugs"],
    ["main heading", "Teapot & Co."],
    ["first paragraph", "Every mug is made by hand. We send them anywhere, within three days."],
    ["price of Red mug", "£14.00"],
    ["stock of the Blue mug", "4 left"],
    ["price of Japan", "€19.00"],
    ["owner", "Ada Teapot"],
    [
      "email address and phone number",
      "Email address: hello@teapot.example\nPhone number: +44 20 7946 0958",
    ],
    ["ingredients list", "- Clay\n- Water\n- Fire"],
    ["Japan row", "Country: Japan, Price: €19.00, Days: 9"],
    ["summary", "Mugs and pots for people who like tea."],
    ["how many buttons", "9"],
  ])("tells its %s", async (query, answer) => {
    await visit("shop");
    expect(await extract(query)).toBe(answer);
  });

  it("becomes Markdown", async () => {
    await visit("shop");
    const markdown = await language.markdown(page);
    expect(markdown).toContain("Every mug is made by hand. We send them _anywhere_, within");
    expect(markdown).toContain(`[three days](${inject("site")}/delivery.html)`);
  });
});

const met = async (words: string) => (await language.condition(words)(page)).met;

describe("settings", () => {
  it.each([
    ["set company to ACME", "type Company name field"],
    ["select Spain from Country", "select Country dropdown"],
    ["set country to united kingdom", "select Country dropdown"],
    [
      "select Narnia from Country",
      "refused: Looked for the option “Narnia” in the Country dropdown, found none. It offers: France, Spain, United Kingdom.",
    ],
    ["turn on dark mode", "check Dark mode switch"],
    ["uncheck allow tracking", "uncheck Allow tracking checkbox"],
    ["choose express", "select Express radio button"],
    ["select Express from shipping speed", "select Shipping speed group"],
    ["select Asia/Tokyo from the time zone dropdown", "select Time zone dropdown"],
    ["select Sepia from Theme", "select Theme button"],
    ["select Porto from City", "select City field"],
    ["set volume to 8", "type Volume slider"],
    ["set date of birth to 2001-02-03", "type Date of birth field"],
    ["fill notes with 'new note'", "type Notes field"],
    ["click Save in the Profile section", "click Save button"],
    ["click Save and close", "click Save and close button"],
    ["click Delete account", "refused: The Delete account button is disabled."],
    ["click the trash icon", "click trash button"],
    ["click advanced options", "click Advanced options text"],
    ["press Tab twice", "press Tab key"],
    ["scroll to Privacy", "scroll Privacy heading"],
    ["hover over Theme", "hover Theme button"],
  ])("are set: %s", async (command, report) => {
    await visit("settings");
    expect(await act(command)).toBe(report);
  });

  it("prefer what stands in the open dialog", async () => {
    await visit("settings");
    expect(await act("click close account and then click cancel")).toBe("click Cancel button");
    expect(await noted()).toBe("");
  });

  it("are watched", async () => {
    await visit("settings");
    expect(await met('the text "Billing" appears')).toBe(true);
    expect(await met("the Delete account button is disabled")).toBe(true);
    expect(await met("the Dark mode switch is on")).toBe(false);
    await act("turn on dark mode");
    expect(await met("the Dark mode switch is on")).toBe(true);
    expect(await met("the spinner is gone")).toBe(true);
    expect(await met("title is Settings")).toBe(true);
  });
});
