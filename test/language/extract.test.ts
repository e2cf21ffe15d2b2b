import { describe, expect, it } from "vitest";
import { Fault } from "../../src/domain/errors.ts";
import { createLanguage } from "../../src/language/index.ts";
import { FakePage } from "./fake-page.ts";

const language = createLanguage({ patience: [] });

const EXAMPLE = `
heading "Example Domain" level=1
  StaticText "Example Domain"
paragraph
  StaticText "This domain is for use in illustrative"
  emphasis
    StaticText "examples"
  StaticText "in documents."
paragraph
  link "More information..." url=https://iana.example/
    StaticText "More information..."
`;

const SHOP = `
banner
  heading "Tea House" level=1
  navigation "Main"
    list
      listitem
        link "Shop" url=https://tea.example/shop
      listitem
        link "Contact" url=https://tea.example/contact
main
  heading "Teas" level=2
  paragraph
    StaticText "Leaves from"
    link "four farms" url=https://tea.example/farms
    StaticText ", picked by hand."
  paragraph
    StaticText "Write to tea@tea.example or call +44 20 7946 0958 before 24 December 2026."
  list "Products"
    listitem
      heading "Assam" level=3
      paragraph
        StaticText "Price: £4.50"
      paragraph
        StaticText "Stock: 12"
      button "Add to cart"
    listitem
      heading "Darjeeling" level=3
      paragraph
        StaticText "Price: £9.00"
      paragraph
        StaticText "Stock: none"
      button "Add to cart"
  heading "Delivery" level=2
  table "Delivery prices"
    row
      columnheader "Country"
      columnheader "Price"
      columnheader "Days"
    row
      cell "France"
      cell "€6.00"
      cell "3"
    row
      cell "Spain"
      cell "€7.50"
      cell "4"
  heading "About" level=2
  DescriptionList
    term
      StaticText "Founded"
    definition
      StaticText "12 March 2011"
    term
      StaticText "Owner"
    definition
      StaticText "Ada Leaf"
  paragraph
    StaticText "Ingredients"
  list
    listitem
      ListMarker "1."
      StaticText "Water"
    listitem
      ListMarker "2."
      StaticText "Leaves"
  form "Newsletter"
    textbox "Email" editable value="secret@me.example"
      StaticText "secret@me.example" editable
    combobox "Country"
      option "France"
      option "Spain" selected
    checkbox "I agree" checked
    button "Subscribe"
contentinfo
  link "Imprint" url=https://tea.example/imprint
  link "mail us" url=mailto:hello@tea.example
`;

const HTML = `<html lang="en"><head><title>Tea</title><meta name="description" content="Teas of four farms.">
<meta property="og:image" content="https://tea.example/og.png"><link rel="canonical" href="https://tea.example/"></head>
<body><article><h1>Tea House</h1>${"<p>Leaves from four farms, picked by hand, and dried in the sun for a week, as it was always done here.</p>".repeat(5)}</article>
<img src="/pot.png" alt="A pot"><img src="https://cdn.example/cup.png"></body></html>`;

const page = (outline = SHOP) =>
  new FakePage(outline, { title: "Tea House – Teas", url: "https://tea.example/teas", html: HTML });

async function extract(query: string, outline = SHOP): Promise<string> {
  try {
    return await language.extract(page(outline), query);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const QUERIES: readonly (readonly [query: string, answer: string])[] = [
  ["title", "Tea House – Teas"],
  ["What is the title of the page?", "Tea House – Teas"],
  ["get the page title", "Tea House – Teas"],
  ["URL", "https://tea.example/teas"],
  ["what is the current url", "https://tea.example/teas"],
  ["Extract the main heading", "Tea House"],
  ["heading", "Tea House"],
  ["the second heading", "Teas"],
  ["last heading", "About"],
  ["headings", "Tea House\nTeas\nAssam\nDarjeeling\nDelivery\nAbout"],
  ["all headings please", "Tea House\nTeas\nAssam\nDarjeeling\nDelivery\nAbout"],
  ["h2 headings", "Teas\nDelivery\nAbout"],
  ["level 3 headings", "Assam\nDarjeeling"],
  ["headings of level 3", "Assam\nDarjeeling"],
  ["subheadings in the list", "Assam\nDarjeeling"],
  ["outline", "# Tea House\n## Teas\n### Assam\n### Darjeeling\n## Delivery\n## About"],
  ["first paragraph", "Leaves from four farms, picked by hand."],
  ["Give me the first paragraph of the page.", "Leaves from four farms, picked by hand."],
  ["third paragraph", "Price: £4.50"],
  [
    "first 2 paragraphs",
    "Leaves from four farms, picked by hand.\n\nWrite to tea@tea.example or call +44 20 7946 0958 before 24 December 2026.",
  ],
  [
    "links in the footer",
    "[Imprint](https://tea.example/imprint)\n[mail us](mailto:hello@tea.example)",
  ],
  ["first link", "[Shop](https://tea.example/shop)"],
  ["the link to Contact", "https://tea.example/contact"],
  ["URL of the Contact link", "https://tea.example/contact"],
  ["href of imprint", "https://tea.example/imprint"],
  [
    "first 2 links in the header",
    "[Shop](https://tea.example/shop)\n[Contact](https://tea.example/contact)",
  ],
  ["images", "![A pot](https://tea.example/pot.png)\n![](https://cdn.example/cup.png)"],
  ["image urls", "https://tea.example/pot.png\nhttps://cdn.example/cup.png"],
  ["first image", "![A pot](https://tea.example/pot.png)"],
  ["meta description", "Teas of four farms."],
  ["og image", "https://tea.example/og.png"],
  ["canonical url", "https://tea.example/"],
  ["language", "en"],
  [
    "table",
    "| Country | Price | Days |\n| --- | --- | --- |\n| France | €6.00 | 3 |\n| Spain | €7.50 | 4 |",
  ],
  [
    "the Delivery prices table",
    "| Country | Price | Days |\n| --- | --- | --- |\n| France | €6.00 | 3 |\n| Spain | €7.50 | 4 |",
  ],
  ["Spain row", "Country: Spain, Price: €7.50, Days: 4"],
  ["the row for France", "Country: France, Price: €6.00, Days: 3"],
  ["Days column", "3\n4"],
  ["price of Spain", "€7.50"],
  ["days for Spain", "4"],
  ["Spain", "Country: Spain, Price: €7.50, Days: 4"],
  ["list of Ingredients", "- Water\n- Leaves"],
  ["Ingredients list", "- Water\n- Leaves"],
  ["list items in Ingredients", "Water\nLeaves"],
  ["buttons", "Add to cart\nAdd to cart\nSubscribe"],
  ["form fields", "Email field\nCountry dropdown\nI agree checkbox"],
  [
    "forms",
    "Newsletter\n- Email field\n- Country dropdown\n- I agree checkbox\n- Subscribe button",
  ],
  ["options in Country", "France\nSpain"],
  ["checkboxes", "I agree"],
  ["email address", "hello@tea.example"],
  ["all email addresses", "hello@tea.example\ntea@tea.example"],
  ["phone number", "+44 20 7946 0958"],
  ["dates", "24 December 2026\n12 March 2011"],
  ["prices", "£4.50\n£9.00\n€6.00\n€7.50"],
  ["price of Darjeeling", "£9.00"],
  ["stock of Darjeeling", "none"],
  ["founded", "12 March 2011"],
  ["value of the Owner label", "Ada Leaf"],
  ["Owner", "Ada Leaf"],
  ["text of Owner", "Ada Leaf"],
  ["summary", "Teas of four farms."],
  ["how many links", "5"],
  ["how many links are there on the page?", "5"],
  ["number of headings", "6"],
  ["how many rows", "2"],
  ["count the buttons", "3"],
  ["is there a Subscribe button?", "Yes: The Subscribe button is on the page."],
  ["Is there a Delete button", "No: “Delete button” is not on the page."],
  ['does the page contain "picked by hand"', "Yes: The text “picked by hand” is on the page."],
  ["does the page mention coffee", "No: The text “coffee” is not on the page."],
  ["is the I agree checkbox checked?", "Yes: The I agree checkbox is checked."],
  ["confirm picked by hand", "Yes: The text “picked by hand” is on the page."],
  ["confirm that the Subscribe button is enabled", "Yes: The Subscribe button is enabled."],
  ["verify the title contains Teas", "Yes: The title is “Tea House – Teas”."],
  ["heading and title", "Heading: Tea House\nTitle: Tea House – Teas"],
  [
    "Owner, founded and the price of Assam",
    "Owner: Ada Leaf\nFounded: 12 March 2011\nPrice: £4.50",
  ],
  ["title, price of Mars", "Title: Tea House – Teas\nPrice: not found"],
  [
    "h3 headings and the first link",
    "Level 3 headings:\nAssam\nDarjeeling\nLink: [Shop](https://tea.example/shop)",
  ],
];

describe("queries", () => {
  it("are enough to mean something", () => {
    expect(QUERIES.length).toBeGreaterThanOrEqual(60);
  });

  it("answer the document's example as it shows", async () => {
    expect(await extract("Extract the main heading and first paragraph", EXAMPLE)).toBe(
      "Heading: Example Domain\nParagraph: This domain is for use in illustrative examples in documents.",
    );
  });

  it.each(QUERIES)("%s", async (query, answer) => {
    expect(await extract(query)).toBe(answer);
  });

  it("say what was looked for and what there is", async () => {
    expect(await extract("the flux capacitance", EXAMPLE)).toMatch(
      /^BAD_REQUEST: Looked for “flux capacitance”, found nothing that fits\. The page has the headings “Example Domain” and 2 paragraphs, 1 link\./,
    );
    expect(await extract("tables", EXAMPLE)).toMatch(/^BAD_REQUEST: Looked for “tables”/);
    expect(await extract("how many videos")).toMatch(/^BAD_REQUEST/);
    expect(await extract("  ")).toMatch(/^BAD_REQUEST: The query is empty/);
  });

  it("give the article's text", async () => {
    expect(await extract("main text")).toMatch(/^(Tea House\n\n)?Leaves from four farms, picked/);
    expect(await extract("article")).toMatch(/as it was always done here\.$/);
  });

  it("never tell what fields hold", async () => {
    for (const query of ["all text", "form fields", "Email", "text of Email", "forms"]) {
      expect(await extract(query)).not.toContain("secret@me.example");
    }
  });

  it("are bounded", async () => {
    const outline = `paragraph\n${`  StaticText "${"word ".repeat(100)}"\n`.repeat(300)}`;
    const told = await extract("first paragraph", outline);
    expect(told.length).toBeLessThan(100_200);
    expect(told).toMatch(/\[cut: \d+ characters, the first 100000 are shown\]$/);
  });
});

const confirm = (outline: string) => extract("Confirm login success", outline);

describe("a sign-in", () => {
  it("is confirmed by what the page shows", async () => {
    expect(await confirm(`heading "Welcome, Ada" level=1\nbutton "Log out"`)).toBe(
      "Login successful",
    );
    expect(await confirm(`link "Sign out" url=https://x.example/out`)).toBe("Login successful");
    expect(await confirm(`StaticText "You are signed in."`)).toBe("Login successful");
    expect(await confirm(`heading "Welcome, Ada" level=1`)).toBe("Login successful");
  });

  it("is not confirmed while a password is asked for", async () => {
    const form = `textbox "Password" editable {type=password}\nbutton "Sign in"`;
    expect(await confirm(form)).toBe("Login not successful: the page still asks for a password");
    expect(await confirm(`alert\n  StaticText "Invalid password."\n${form}`)).toBe(
      "Login failed: Invalid password",
    );
  });

  it("is not confirmed by a page that welcomes anybody", async () => {
    expect(await confirm(`link "Sign in"\nheading "Welcome to our shop" level=1`)).toBe(
      "Login not successful: the page still offers to sign in",
    );
  });

  it("is left open where the page says neither", async () => {
    expect(await confirm(`heading "Weather" level=1`)).toMatch(/^Login not confirmed/);
  });

  it.each([
    "Verify that login was successful",
    "did the login succeed?",
    "am I logged in?",
    "check login status",
  ])("is asked for in many ways: %s", async (query) => {
    expect(await extract(query, `button "Log out"`)).toBe("Login successful");
  });
});
