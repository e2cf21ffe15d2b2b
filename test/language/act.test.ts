import { describe, expect, it } from "vitest";
import { Fault } from "../../src/domain/errors.ts";
import { createLanguage } from "../../src/language/index.ts";
import { rank } from "../../src/language/resolver.ts";
import { parseTarget } from "../../src/language/target.ts";
import { FakePage } from "./fake-page.ts";

const language = createLanguage({ patience: [] });

/** Carries out a command; gives the report and what was done, or why it was refused. */
async function act(page: FakePage, command: string): Promise<string> {
  try {
    const { action, element } = await language.act(page, command);
    return `${action} ${element} | ${page.log.join(", ")}`;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const LOGIN = `
banner
  link "Home" #home url=https://shop.example/
  link "Sign in" #nav-signin url=https://shop.example/signin
main
  heading "Welcome back" #h level=1
  form #form
    textbox "Email address" #email editable focusable {type=email name=email form=f}
    textbox "Password" #password editable focusable value="••••" {type=password form=f}
    checkbox "Remember me" #remember checked=false
    button "Sign In" #signin {type=submit form=f}
  link "Forgot password?" #forgot url=https://shop.example/forgot
contentinfo
  textbox "Newsletter e-mail" #news editable {type=email form=g}
  button "Subscribe" #subscribe {form=g}
`;

describe("a sign-in form", () => {
  it.each([
    ["Click the Sign In button", "click Sign In button | click signin"],
    ["click login", "click Sign In button | click signin"],
    ["log in", "click Sign In button | click signin"],
    ["Click Login button", "click Sign In button | click signin"],
    ["click the sign in link", "click Sign in link | click nav-signin"],
    ["click sign in in the header", "click Sign in link | click nav-signin"],
    ["click forgot password", "click Forgot password? link | click forgot"],
    ["click forgotten password", "click Forgot password? link | click forgot"],
    ["Enter 'a@b.c' in email field", "type Email address field | fill email a@b.c"],
    ["Enter 'a@b.c' in e-mail", "type Email address field | fill email a@b.c"],
    ["Enter 'bob' in username", "type Email address field | fill email bob"],
    ["enter hunter2 as the password", "type Password field | fill password hunter2"],
    ["enter 'a@b.c' in the newsletter field", "type Newsletter e-mail field | fill news a@b.c"],
    ["enter 'a@b.c' in email in the footer", "type Newsletter e-mail field | fill news a@b.c"],
    ["clear the password", "type Password field | fill password "],
    ["check remember me", "check Remember me checkbox | click remember"],
    ["tick keep me signed in", "check Remember me checkbox | click remember"],
    ["uncheck remember me", "uncheck Remember me checkbox | "],
    ["click Sing In", "click Sign In button | click signin"],
    ["click subscibe", "click Subscribe button | click subscribe"],
    ["press Enter in the password field", "press Enter key | press Enter in password"],
    ["press Ctrl+A", "press Control+a key | press Control+a"],
    ["scroll to the newsletter field", "scroll Newsletter e-mail field | scroll news"],
    ["hover over home", "hover Home link | hover home"],
    ["go back", "back page | back"],
    ["go to /help", "navigate page | navigate https://shop.example/help"],
    ["double-click home", "double_click Home link | double click home"],
    ["right-click home", "click Home link | right click home"],
    [
      "type 'a@b.c' in email, type 'x y' in password and click sign in",
      "click Sign In button | fill email a@b.c, fill password x y, click signin",
    ],
  ])("%s", async (command, outcome) => {
    expect(await act(new FakePage(LOGIN), command)).toBe(outcome);
  });

  it("refuses what it cannot find, with the nearest", async () => {
    expect(await act(new FakePage(LOGIN), "click Delete everything")).toBe(
      "BAD_REQUEST: Looked for something to click called “Delete everything”, found nothing that fits. The page has: Home link, Sign in link, Remember me checkbox, Sign In button, Forgot password? link.",
    );
    expect(await act(new FakePage(LOGIN), "go forward")).toBe(
      "BAD_REQUEST: There is no page to go forward to.",
    );
    expect(await act(new FakePage(LOGIN), "make it so")).toMatch(
      /^BAD_REQUEST: This command was not understood\. .*Click the Sign In button/,
    );
  });

  it("says which of several orders failed", async () => {
    const page = new FakePage(LOGIN);
    expect(await act(page, "type 'a@b.c' in email and click Frobnicate")).toMatch(
      /^BAD_REQUEST: Order 2 of 2 \(the 1 before were carried out\): Looked for something to click called “Frobnicate”/,
    );
    expect(page.log).toEqual(["fill email a@b.c"]);
  });
});

describe("what was to be typed", () => {
  it.each([
    "Enter 'hunter2secret' in the vault",
    "enter hunter2secret in the vault",
    "type hunter2secret in the vault in the attic",
    "type in the vault hunter2secret",
    "fill vault with hunter2secret",
    "set vault to hunter2secret",
    "pasword hunter2secret",
    "passwrd 'hunter2secret'",
    "frob 'hunter2secret' into vault",
    "type 'hunter2secret'",
    "type 'hunter2secret' in email and click Frobnicate",
    "set remember me to hunter2secret",
  ])("is never told: %s", async (command) => {
    const page = new FakePage(`${LOGIN}
  button "Use hunter2secret" #suggestion
`);
    const outcome = await act(page, command);
    const reported = outcome.replace(/ \| .*$/, "");
    expect(reported).not.toContain("hunter2secret");
  });

  it("is not taken for the name of what it was typed into", async () => {
    const page = new FakePage(`
generic "my diary" #note editable value="my diary"
button "Save" #save`);
    expect(await act(page, "type 'x'")).toBe("type field | fill note x");
  });
});

describe("choosing between candidates", () => {
  it("takes the first of several that are called the same", async () => {
    const page = new FakePage(`
row "Ada"
  cell "Ada"
  button "Delete" #a
row "Bob"
  cell "Bob"
  button "Delete" #b`);
    expect(await act(page, "click Delete")).toBe("click Delete button | click a");
    expect(await act(new FakePage(ROWS), "click Delete in the row of Bob")).toMatch(/click b$/);
    expect(await act(new FakePage(ROWS), "click the second Delete button")).toMatch(/click b$/);
    expect(await act(new FakePage(ROWS), "click Delete next to 'Bob'")).toMatch(/click b$/);
    expect(await act(new FakePage(ROWS), "delete Bob")).toMatch(/click b$/);
  });

  it("takes none of several that are called differently", async () => {
    const page = new FakePage(`
button "Delete photo" #a
button "Delete album" #b`);
    expect(await act(page, "click Delete")).toBe(
      "BAD_REQUEST: “Delete” (something to click) could be Delete photo button or Delete album button: say more of its name, or where it is.",
    );
    expect(page.log).toEqual([]);
  });

  it("prefers the exact name, enabled ones and those in the open dialog", async () => {
    expect(
      await act(
        new FakePage(`
button "Save as draft" #a
button "Save" #b`),
        "click save",
      ),
    ).toMatch(/click b$/);
    expect(
      await act(
        new FakePage(`
button "Save" #a disabled
button "Save" #b`),
        "click save",
      ),
    ).toMatch(/click b$/);
    expect(
      await act(
        new FakePage(`
button "Cancel" #a
dialog "Sure?" modal
  button "Cancel" #b`),
        "click cancel",
      ),
    ).toMatch(/click b$/);
  });

  it("refuses what is disabled or read-only", async () => {
    const page = new FakePage(`
button "Pay" #pay disabled
textbox "Name" #name editable readonly`);
    expect(await act(page, "click Pay")).toBe("BAD_REQUEST: The Pay button is disabled.");
    expect(await act(page, "type 'x' in Name")).toBe("BAD_REQUEST: The Name field is read-only.");
  });

  it("does not take half of a name for the whole", async () => {
    const page = new FakePage(`
button "Cancel" #cancel
button "Delete" #delete`);
    expect(await act(page, "click Cancel subscription")).toMatch(/^BAD_REQUEST/);
    expect(await act(page, "click Delete account")).toMatch(/^BAD_REQUEST/);
    expect(page.log).toEqual([]);
  });

  it("takes a form's only submit button for what the form is for", async () => {
    const outline = `
form
  textbox "User" #user editable {form=f}
  button "Let me in" #in {type=submit form=f}
  button "Show" #show {type=button form=f}`;
    expect(await act(new FakePage(outline), "click Login")).toBe(
      "click Let me in button | click in",
    );
    expect(await act(new FakePage(outline), "submit")).toBe("click Let me in button | click in");
    expect(await act(new FakePage(outline), "click Delete")).toMatch(/^BAD_REQUEST/);
  });

  it("presses Enter where a form has no button", async () => {
    const page = new FakePage(`searchbox "Search" #q editable focused {form=f}`);
    expect(await act(page, "submit")).toBe("press Enter key | press Enter in q");
  });

  it("finds icons by what their HTML says", async () => {
    const outline = `
button #trash {class="btn icon-trash"}
button #star {data-testid=favourite-btn}
button "×" #x
link #cart {title="Shopping cart"} url=https://shop.example/cart`;
    expect(await act(new FakePage(outline), "click the trash icon")).toMatch(/click trash$/);
    expect(await act(new FakePage(outline), "click delete")).toMatch(/click trash$/);
    expect(await act(new FakePage(outline), "click favorite")).toMatch(/click star$/);
    expect(await act(new FakePage(outline), "click close")).toMatch(/click x$/);
    expect(await act(new FakePage(outline), "open the cart")).toMatch(/click cart$/);
  });

  it("prefers a thing of that very name over two orders", async () => {
    const outline = `
button "Save" #save
button "Close" #close
button "Save and close" #both`;
    expect(await act(new FakePage(outline), "click Save and close")).toMatch(/ \| click both$/);
    expect(
      await act(new FakePage(outline.replace(/button "Save and.*/, "")), "click Save and close"),
    ).toMatch(/ \| click save, click close$/);
  });

  it("tells fields apart by kind, label and placeholder", async () => {
    const outline = `
textbox "First name" #first editable
textbox "Last name" #last editable
textbox #mail editable {type=email}
generic
  StaticText "Your city"
textbox #city editable
textbox "you@work.example" #work editable desc="Work e-mail"
spinbutton "Quantity" #qty`;
    expect(await act(new FakePage(outline), "type 'A' in first name")).toMatch(/fill first A$/);
    expect(await act(new FakePage(outline), "type 'A' in surname")).toMatch(/fill last A$/);
    expect(await act(new FakePage(outline), "type 'A' in city")).toMatch(/fill city A$/);
    expect(await act(new FakePage(outline), "type 'A' in work email")).toMatch(/fill work A$/);
    expect(await act(new FakePage(outline), "set qty to 3")).toMatch(/fill qty 3$/);
    expect(await act(new FakePage(outline), "type 'A' in the second field")).toMatch(
      /fill last A$/,
    );
    expect(await act(new FakePage(outline), "type 'A' in name")).toBe(
      "BAD_REQUEST: “name” (a field to type into) could be First name field or Last name field: say more of its name, or where it is.",
    );
  });

  it("takes the nearest where labels and buttons stand in one row", async () => {
    const page = new FakePage(`
main
  StaticText "Email"
  button "Edit" #email
  StaticText "Phone"
  button "Edit" #phone
  StaticText "Address"
  button "Edit" #address`);
    expect(await act(page, "click Edit next to Phone")).toBe("click Edit button | click phone");
    page.log.length = 0;
    expect(await act(page, "click Edit below Phone")).toBe("click Edit button | click phone");
  });

  it("finds what a page lists by number", async () => {
    const page = new FakePage(`
navigation
  link "Home" #home
list
  listitem
    heading "One"
      link "One" #one
  listitem
    heading "Two"
      link "Two" #two`);
    expect(await act(page, "click the first result")).toBe("click One link | click one");
    expect(await act(page, "open the second product")).toMatch(/click one, click two$/);
  });

  it("takes verbs for names where something is called so", async () => {
    const page = new FakePage(`
button "Enable alerts" #alerts
button "Select all" #all
button "Upgrade plan" #upgrade
image "Other" #other
image "Acme logo" #logo`);
    await act(page, "enable alerts");
    await act(page, "select all");
    await act(page, "upgrade plan");
    await act(page, "click the logo");
    expect(page.log).toEqual(["click alerts", "click all", "click upgrade", "click logo"]);
  });

  it("tells why it chose", () => {
    const target = parseTarget("the log in button", []);
    if (!target) throw new Error("no target");
    const [best, second] = rank(treeOf(LOGIN), target, "click");
    expect(best).toMatchObject({ element: "Sign In button", why: ["same meaning: “Sign In”"] });
    expect(second).toMatchObject({
      element: "Sign in link",
      why: ["same meaning: “Sign in”", "it is a link (-4)"],
    });
  });
});

const ROWS = `
table
  row "Ada"
    cell "Ada"
    cell
      button "Delete" #a
  row "Bob"
    cell "Bob"
    cell
      button "Delete" #b`;

function treeOf(outline: string): ReturnType<FakePage["peek"]> {
  return new FakePage(outline).peek();
}

describe("lists", () => {
  const SELECT = `
combobox "Country" #country
  option "France" #fr
  option "Spain" #es
group "Speed" #speed
  radio "Standard" #std checked
  radio "Express" #exp checked=false
button "Theme" #theme`;

  it.each([
    ["select Spain from Country", "select Country dropdown | choose country es"],
    ["set Country to Spain", "select Country dropdown | choose country es"],
    ["choose 'spain' in the country dropdown", "select Country dropdown | choose country es"],
    ["select Spain", "select Spain option | choose country es"],
    ["choose Express", "select Express radio button | click exp"],
    ["select Express from Speed", "select Speed group | click exp"],
    ["select the Express speed", "select Speed group | click exp"],
  ])("%s", async (command, outcome) => {
    expect(await act(new FakePage(SELECT), command)).toBe(outcome);
  });

  it("that lack the option say what they offer", async () => {
    expect(await act(new FakePage(SELECT), "select Mars from Country")).toBe(
      "BAD_REQUEST: Looked for the option “Mars” in the Country dropdown, found none. It offers: France, Spain.",
    );
  });

  it("that open on a click are opened", async () => {
    const page = new FakePage(SELECT);
    page.onClick = (ref) => {
      if (ref === "theme") page.become(`${SELECT}\nmenu\n  menuitem "Dark" #dark`);
    };
    expect(await act(page, "choose Dark from Theme")).toBe(
      "select Theme button | click theme, click dark",
    );
  });
});
