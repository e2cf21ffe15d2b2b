import { describe, expect, it } from "vitest";
import { parseCommand } from "../../src/language/grammar.ts";
import type { Order, Target } from "../../src/language/order.ts";

/** An order in one line: `click “Sign In” button`, `type [x] into “email” field`. */
function told(order: Order): string {
  switch (order.do) {
    case "click": {
      const how = order.count === 2 ? "double " : order.button === "right" ? "right " : "";
      return `${how}click ${name(order.target)}`;
    }
    case "type":
      return `type [${order.text}]${order.target ? ` into ${name(order.target)}` : ""}${order.enter ? " + Enter" : ""}`;
    case "clear":
      return `clear ${name(order.target)}`;
    case "select":
      return `select ${name(order.option)}${order.from ? ` from ${name(order.from)}` : ""}`;
    case "check":
      return `${order.on === null ? "toggle" : order.on ? "check" : "uncheck"} ${name(order.target)}`;
    case "press":
      return `press ${order.key}${order.times > 1 ? ` x${order.times}` : ""}${order.target ? ` in ${name(order.target)}` : ""}`;
    case "scroll":
      return `scroll ${typeof order.to === "string" ? order.to : `to ${name(order.to)}`}`;
    case "hover":
      return `hover ${name(order.target)}`;
    case "submit":
      return order.target ? `submit ${name(order.target)}` : "submit";
    case "navigate":
      return `navigate ${order.url}`;
    default:
      return order.do;
  }
}

/** The literal reading, and the one that takes a number out of it. */
function name({ namings: [literal, other] }: Target): string {
  if (!literal) return "nothing";
  const say = ({ words, kind }: typeof literal) => `${words || "any"}${kind ? ` (${kind})` : ""}`;
  const numbered = other && other.ordinal !== null ? ` or #${other.ordinal} ${say(other)}` : "";
  return `${say(literal)}${numbered}`;
}

/** The first reading of each step. */
function parse(command: string): string | null {
  const plan = parseCommand(command);
  if (!plan) return null;
  return plan.steps.map(({ readings: [first] }) => (first ? told(first) : "")).join(" ; ");
}

const ORDERS: readonly (readonly [command: string, orders: string])[] = [
  // The document's own.
  ["Click the Sign In button", "click Sign In (button)"],
  ["Enter 'user@example.com' in email field", "type [user@example.com] into email (field)"],
  ["Enter 'password' in password field", "type [password] into password (field)"],
  ["Click Login button", "click Login (button)"],
  // Clicks.
  ["click login", "click login"],
  ["CLICK THE LOGIN BUTTON!", "click LOGIN (button)"],
  ["Please click on the login button.", "click login (button)"],
  ["could you please press Save?", "click Save"],
  ["tap the Continue link", "click Continue (link)"],
  ["push the red button", "click red (button)"],
  ["hit Send", "click Send"],
  ["click 'Buy now'", "click Buy now"],
  ["click “Buy now”", "click Buy now"],
  ["click «Buy now»", "click Buy now"],
  ["click `Buy now`", "click Buy now"],
  ["click the button labelled 'Buy now'", "click Buy now (button)"],
  ["click the button that says Buy now", "click Buy now (button)"],
  ["click the link called Terms", "click Terms (link)"],
  ["click link to Pricing", "click Pricing (link)"],
  ["click button Save", "click Save (button)"],
  ["click the 'OK' btn", "click OK (button)"],
  ["click the trash icon", "click trash (button)"],
  ["click Don't ask again", "click Don't ask again"],
  ["click the user's profile link", "click user's profile (link)"],
  ["double-click the file", "double click file"],
  ["double click on report.txt", "double click report.txt"],
  ["click the cell twice", "double click any (cell)"],
  ["right-click the image", "right click any (image)"],
  ["right click on Documents", "right click Documents"],
  ["press the Delete button", "click Delete (button)"],
  ["then click Next", "click Next"],
  ["now click Next please", "click Next"],
  ["open report.pdf", "click open report.pdf"],
  ["open the menu", "click open the menu"],
  ["go to the cart", "click cart"],
  ["go to next page", "click next page"],
  ["close the dialog", "click close the dialog"],
  ["log in", "click log in"],
  ["Sign in", "click Sign in"],
  ["sign out", "click sign out"],
  ["accept all cookies", "click accept all cookies"],
  ["continue", "click continue"],
  ["add Blue mug to cart", "click add Blue mug to cart"],
  ["check out", "click check out"],
  ["save changes", "click save changes"],
  ["expand Details", "click expand Details"],
  ["'Learn more'", "click Learn more"],
  ["focus the email field", "click email (field)"],
  ["click in the search box", "click search (any)"],
  // Ordinals.
  ["click the first link", "click first (link) or #1 any (link)"],
  ["click the second Delete button", "click second Delete (button) or #2 Delete (button)"],
  ["click the 3rd result", "click 3rd result or #3 any (result)"],
  ["click the last Edit link", "click last Edit (link) or #-1 Edit (link)"],
  ["click link number 4", "click number 4 (link) or #4 any (link)"],
  ["click the tenth item", "click tenth (any) or #10 any (any)"],
  // Typing.
  ['type "hello" in the message box', "type [hello] into message (any)"],
  ["type 'hello' into message", "type [hello] into message"],
  ["enter “x y” into the Name field", "type [x y] into Name (field)"],
  ["Type 'it\\'s' in note", "type [it's] into note"],
  ["type 'don't' in note", "type [don't] into note"],
  ["input 'Berlin' for city", "type [Berlin] into city"],
  ["put '42' in the age field", "type [42] into age (field)"],
  ["write 'Hi there' in to the comment area", "type [Hi there] into comment (any)"],
  [
    "fill in 'Bob' in the first name field",
    "type [Bob] into first name (field) or #1 name (field)",
  ],
  ["fill email with 'a@b.c'", "type [a@b.c] into email"],
  ["fill in the email field with 'a@b.c'", "type [a@b.c] into email (field)"],
  ["fill out Email with a@b.c", "type [a@b.c] into Email"],
  ["set Email to 'a@b.c'", "type [a@b.c] into Email"],
  ["set the quantity to 3", "type [3] into quantity"],
  ["set 'Email' to 'a@b.c'", "type [a@b.c] into Email"],
  ["change name to Ada Lovelace", "type [Ada Lovelace] into name"],
  ["type in the email field 'a@b.c'", "type [a@b.c] into email (field)"],
  ["enter the password 'p w'", "type [p w] into password"],
  ["enter username: 'bob'", "type [bob] into username"],
  ["type the text 'hello' into the search field", "type [hello] into search (field)"],
  ["type 'hello'", "type [hello]"],
  ["type hello", "type [hello]"],
  ["type hello world in the message field", "type [hello world] into message (field)"],
  ["enter john@example.com into email", "type [john@example.com] into email"],
  ["enter 12345 as zip code", "type [12345] into zip code"],
  ["enter 'x' in the 'Full name' field", "type [x] into Full name (field)"],
  ["Enter '' in email", "type [] into email"],
  ["enter 'In the end, click here' in title", "type [In the end, click here] into title"],
  ["enter 'a and click b' in title", "type [a and click b] into title"],
  ["paste 'token' into API key", "type [token] into API key"],
  ["key in '1234' in PIN", "type [1234] into PIN"],
  ["search for shoes", "type [shoes] into search (field) + Enter"],
  ["search for 'red shoes'", "type [red shoes] into search (field) + Enter"],
  ["search for 'red shoes' in Products", "type [red shoes] into Products + Enter"],
  ["look for hats", "type [hats] into search (field) + Enter"],
  ["clear the search field", "clear search (field)"],
  ["clear Email", "clear Email"],
  ["delete the text in the note field", "clear note (field)"],
  ["empty the message box", "clear message (any)"],
  // Choices.
  ["select 'France' from Country", "select France from Country"],
  ["select France from the country dropdown", "select France from country (select)"],
  ["choose Express in Shipping", "select Express from Shipping"],
  ['pick "Large" for Size', "select Large from Size"],
  ["select the second option", "select second (option) or #2 any (option)"],
  ["choose Express", "select Express"],
  ["select the Terms checkbox", "check Terms (checkbox)"],
  // Checks.
  ["check Remember me", "check Remember me"],
  ["check the 'Remember me' checkbox", "check Remember me (checkbox)"],
  ["tick the terms box", "check terms (any)"],
  ["uncheck Newsletter", "uncheck Newsletter"],
  ["untick the Newsletter checkbox", "uncheck Newsletter (checkbox)"],
  ["toggle dark mode", "toggle dark mode"],
  ["turn on notifications", "check notifications"],
  ["turn notifications off", "uncheck notifications"],
  ["switch off Wi-Fi", "uncheck Wi-Fi"],
  ["enable two-factor authentication", "check two-factor authentication"],
  ["disable ads", "uncheck ads"],
  // Keys.
  ["press Enter", "press Enter"],
  ["hit enter", "press Enter"],
  ["hit the escape key", "press Escape"],
  ["press Ctrl+A", "press Control+a"],
  ["press ctrl + shift + k", "press Control+Shift+k"],
  ["press Cmd-C", "press Meta+c"],
  ["press shift tab", "press Shift+Tab"],
  ["press control and c", "press Control+c"],
  ["press the down arrow key", "press ArrowDown"],
  ["press down arrow 3 times", "press ArrowDown x3"],
  ["press tab twice", "click any (tab)"],
  ["press Page Down", "press PageDown"],
  ["press F5", "press F5"],
  ["press the space bar", "press  "],
  ["press backspace", "press Backspace"],
  ["press Enter in the search field", "press Enter in search (field)"],
  ["press alt+left", "press Alt+ArrowLeft"],
  // Scrolling, pointing, moving.
  ["scroll down", "scroll down"],
  ["scroll up a bit", "scroll up"],
  ["scroll", "scroll down"],
  ["scroll the page down", "scroll down"],
  ["scroll to the top", "scroll top"],
  ["scroll to the bottom of the page", "scroll bottom"],
  ["scroll all the way down", "scroll bottom"],
  ["scroll down to the bottom", "scroll bottom"],
  ["scroll right", "scroll right"],
  ["scroll to Pricing", "scroll to Pricing"],
  ["scroll down to the Pricing heading", "scroll to Pricing (heading)"],
  ["scroll Pricing into view", "scroll to Pricing"],
  ["scroll until you see Contact", "scroll to Contact"],
  ["hover over Products", "hover Products"],
  ["hover Products", "hover Products"],
  ["mouse over the menu", "hover menu"],
  ["move the mouse over the Account menu", "hover Account menu"],
  ["move the cursor to Help", "hover Help"],
  ["go back", "back"],
  ["back", "back"],
  ["navigate back one page", "back"],
  ["return to the previous page", "back"],
  ["go forward", "forward"],
  ["reload", "reload"],
  ["refresh the page", "reload"],
  ["go to https://example.com/a?b=c", "navigate https://example.com/a?b=c"],
  ["Go to example.com", "navigate https://example.com"],
  ["open www.example.org/path", "navigate https://www.example.org/path"],
  ["navigate to localhost:8080/x", "navigate http://localhost:8080/x"],
  ["visit 'https://example.com'", "navigate https://example.com"],
  ["go to /login", "navigate /login"],
  ["submit", "submit"],
  ["submit the form", "submit"],
  ["Submit it.", "submit"],
  ["submit the login form", "submit login form"],
  // Several.
  ["type 'a' in email and click Sign in", "type [a] into email ; click Sign in"],
  [
    "Enter 'u' in username, enter 'p' in password, then click Login",
    "type [u] into username ; type [p] into password ; click Login",
  ],
  ["click Menu then click Settings", "click Menu ; click Settings"],
  ["click Menu; click Settings", "click Menu ; click Settings"],
  [
    "search for mugs and then click the first result",
    "type [mugs] into search (field) + Enter ; click first result or #1 any (result)",
  ],
  ["type hello in search and press enter", "type [hello] into search ; press Enter"],
  ["fill email with 'a' and password with 'b'", "type [a] into email ; type [b] into password"],
  [
    "Enter Ada in the city field and Lovelace in the street field",
    "type [Ada] into city (field) ; type [Lovelace] into street (field)",
  ],
  [
    "fill city with Ada and street with Lovelace",
    "type [Ada] into city ; type [Lovelace] into street",
  ],
  ["Enter Ada as city, Byron as street", "type [Ada] into city ; type [Byron] into street"],
  ["type bread and butter in the notes field", "type [bread and butter] into notes (field)"],
  [
    "enter 'Ada' in first name and 'Lovelace' in last name",
    "type [Ada] into first name or #1 name ; type [Lovelace] into last name or #-1 name",
  ],
  ["go to example.com and click More", "navigate https://example.com ; click More"],
  ["Click Terms and Conditions", "click Terms and Conditions"],
  ["click 'Save and close'", "click Save and close"],
  ["check Terms. Then click Continue.", "check Terms ; click Continue"],
];

describe("orders", () => {
  it("are enough to mean something", () => {
    expect(ORDERS.length).toBeGreaterThanOrEqual(150);
  });

  it.each(ORDERS)("%s → %s", (command, orders) => {
    expect(parse(command)).toBe(orders);
  });

  it.each(["", "   ", "…", "the quick brown fox jumps over the dog", "pasword 'hunter2'"])(
    "are not seen in %j",
    (command) => {
      expect(parseCommand(command)).toBeNull();
    },
  );

  it("keep a name that holds an and as a whole", () => {
    const plan = parseCommand("click Save and close");
    expect(plan?.steps).toHaveLength(2);
    expect(plan?.whole?.readings[0]).toMatchObject({ do: "click" });
  });

  it("do not repeat text without quotation marks in what may be told", () => {
    const plan = parseCommand("type hunter2 in the vault in password");
    const said = plan?.steps[0]?.readings.map((reading) =>
      reading.do === "type" ? (reading.target?.said ?? null) : reading.do,
    );
    expect(said).toEqual([null, null]);
  });
});
