import { Fault } from "../domain/errors.ts";
import type { ConditionReport, Page } from "../domain/page.ts";
import { bestOf, search } from "./find.ts";
import type { Target } from "./order.ts";
import { mask, onlyQuote, unmask } from "./quotes.ts";
import { GOOD } from "./resolver.ts";
import { parseTarget } from "./target.ts";
import { type Entry, flatten, textOf } from "./tree.ts";
import { fold } from "./words.ts";

type Check = (page: Page) => Promise<ConditionReport>;

const EXAMPLES =
  'This condition was not understood. What is understood: the text "Welcome" appears · "Loading" disappears · page contains Welcome · title contains Inbox · URL contains /home · the Save button is enabled · the spinner is gone · page loaded · at least 3 links.';

/**
 * Parses a condition; the check may run as often as needed.
 *
 * @throws Fault BAD_REQUEST with examples when it is not understood.
 */
export function condition(words: string): Check {
  const { words: masked, quotes } = mask(words);
  const clean = masked
    .replace(/[\s.!?]+$/, "")
    .replace(/^(?:please\s+)?(?:wait(?:ing)?\s+)?(?:until|till|for|when|that|if)\s+/i, "")
    .replace(/^wait\s+/i, "")
    .trim();
  for (const parse of PARSERS) {
    const check = parse(clean, quotes);
    if (check) return check;
  }
  throw new Fault("BAD_REQUEST", EXAMPLES);
}

type Parser = (words: string, quotes: readonly string[]) => Check | null;

const loaded: Parser = (words) => {
  const ready =
    /^(?:the\s+)?(?:page|document|site)(?:\s+(?:is|has|to|be|has been|finishes|finished|to be|done|fully|completely))*\s+(?:load(?:ed|ing)?|ready|complete(?:d)?)$|^(?:load(?:ed)?|ready)$/i;
  if (!ready.test(words)) return null;
  // A page that is still loading is waited for by the browser; that it answers means it is there.
  return async (page) => {
    const root = await page.tree();
    const met = page.url() !== "about:blank" && root.children.length > 0;
    return { met, details: met ? "The page is loaded." : "The page is still empty." };
  };
};

const addressed: Parser = (words, quotes) => {
  const match =
    /^(?:the\s+)?(?:page\s+|current\s+)?(title|url|address|location)(?:\s+of\s+the\s+page)?\s+(is\s+not|is\s+now|is|equals|becomes|changes\s+to|does\s+not\s+contain|doesn't\s+contain|contains?|includes?|has|matches|match|starts?\s+with|begins?\s+with|ends?\s+with|to\s+be|to\s+contain)\s+(.+)$/i.exec(
      words,
    );
  if (!match?.[1] || !match[2] || !match[3]) return null;
  const ofTitle = match[1].toLowerCase() === "title";
  const relation = match[2].toLowerCase().replace(/\s+/g, " ");
  const wanted = onlyQuote(match[3], quotes) ?? unmask(match[3], quotes);
  const compare = comparison(relation, wanted, ofTitle);
  return async (page) => {
    const seen = ofTitle ? await page.title() : page.url();
    const met = compare(seen);
    return { met, details: `The ${ofTitle ? "title" : "URL"} is “${seen.slice(0, 300)}”.` };
  };
};

function comparison(relation: string, wanted: string, ofTitle: boolean): (seen: string) => boolean {
  const one = (words: string): string => (ofTitle ? words.trim().toLowerCase() : words.trim());
  const same = (seen: string): boolean =>
    one(seen) === one(wanted) ||
    (!ofTitle && one(seen).replace(/\/$/, "") === one(wanted).replace(/\/$/, ""));
  if (relation === "is not") return (seen) => !same(seen);
  if (/not|n't/.test(relation)) return (seen) => !one(seen).includes(one(wanted));
  if (/^(?:start|begin)/.test(relation)) return (seen) => one(seen).startsWith(one(wanted));
  if (relation.startsWith("end")) return (seen) => one(seen).endsWith(one(wanted));
  if (relation.startsWith("match")) return matcher(wanted);
  if (/contain|include|has/.test(relation)) return (seen) => one(seen).includes(one(wanted));
  return same;
}

/** `*` and `?` stand for any text and any character; no regular expressions of strangers here. */
function matcher(pattern: string): (seen: string) => boolean {
  return (seen) => wildcard(pattern.replace(/^\/|\/$/g, ""), seen);
}

function wildcard(pattern: string, seen: string): boolean {
  const pieces = pattern.replaceAll(".*", "*").split("*");
  let at = 0;
  for (const piece of pieces) {
    const found = seen.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

const counted: Parser = (words, quotes) => {
  const match =
    /^(?:(?:there\s+(?:are|is)\s+)?(at\s+least|at\s+most|more\s+than|less\s+than|fewer\s+than|exactly|only)?\s*(\d{1,6})\s+(?:or\s+more\s+)?(.+?))(?:\s+(?:are|is)?\s*(?:there|visible|shown|present|appear|exist|loaded))?(?:\s+on\s+the\s+page)?$/i.exec(
      words,
    );
  if (!match?.[2] || !match[3]) return null;
  const noun = fold(unmask(match[3], quotes));
  const number = Number(match[2]);
  const relation = /or\s+more/i.test(words) ? "at least" : (match[1] ?? "at least").toLowerCase();
  const roles = COUNTED[noun] ?? COUNTED[noun.replace(/e?s$/, "")];
  if (!roles) return null;
  return async (page) => {
    const seen = flatten(await page.tree()).filter((entry) => roles(entry)).length;
    const met = compareCount(relation.replace(/\s+/g, " "), seen, number);
    return { met, details: `The page has ${seen} ${noun}.` };
  };
};

function compareCount(relation: string, seen: number, number: number): boolean {
  if (relation === "at most") return seen <= number;
  if (relation === "more than") return seen > number;
  if (relation === "less than" || relation === "fewer than") return seen < number;
  if (relation === "exactly" || relation === "only") return seen === number;
  return seen >= number;
}

const withRole =
  (role: RegExp) =>
  ({ node }: Entry): boolean =>
    role.test(node.role);

const COUNTED: Readonly<Record<string, (entry: Entry) => boolean>> = {
  link: withRole(/^link$/),
  button: withRole(/^button$/),
  image: withRole(/^(?:image|img)$/),
  heading: withRole(/^heading$/),
  paragraph: withRole(/^paragraph$/),
  table: withRole(/^(?:table|grid)$/),
  row: ({ node }) =>
    node.role === "row" && !node.children.every(({ role }) => role === "columnheader"),
  "table row": ({ node }) =>
    node.role === "row" && !node.children.every(({ role }) => role === "columnheader"),
  result: withRole(/^(?:listitem|article|row|option)$/),
  "search result": withRole(/^(?:listitem|article|row|option)$/),
  item: withRole(/^(?:listitem|article|row|option)$/),
  "list item": withRole(/^listitem$/),
  product: withRole(/^(?:listitem|article)$/),
  field: withRole(/^(?:textbox|searchbox|combobox|spinbutton)$/),
  checkbox: withRole(/^(?:checkbox|switch)$/),
  option: withRole(/^option$/),
  tab: withRole(/^tab$/),
};

const containing: Parser = (words, quotes) => {
  const match =
    /^(?:the\s+|this\s+)?(?:page|body|document|site|screen)(?:'s\s+text)?\s+(does\s+not|doesn't|no\s+longer|not)?\s*(?:to\s+)?(?:contains?|includes?|shows?|displays?|has|have|says?|mentions?)\s+(?:the\s+)?(?:text\s+|words?\s+)?(.+)$/i.exec(
      words,
    );
  if (!match?.[2]) return null;
  return text(onlyQuote(match[2], quotes) ?? unmask(match[2], quotes), match[1] === undefined);
};

const GONE =
  "(?:is\\s+(?:gone|hidden|absent|invisible|removed|no\\s+longer\\s+(?:visible|there|present|shown|displayed)|not\\s+(?:visible|there|present|shown|displayed|on\\s+the\\s+page))|isn't\\s+(?:visible|there|present|shown)|(?:has\\s+)?(?:disappeared|disappears?|vanishe[sd]|vanish)|goes\\s+away|to\\s+(?:disappear|vanish|be\\s+(?:gone|hidden))|does\\s+not\\s+(?:exist|appear)|doesn't\\s+(?:exist|appear)|gone)";
const THERE =
  "(?:is\\s+(?:visible|present|there|shown|displayed|on\\s+the\\s+page|found)|(?:has\\s+)?(?:appeared|appears?)|shows?(?:\\s+up)?|exists?|to\\s+(?:appear|be\\s+(?:visible|present|shown|there)|show(?:\\s+up)?|exist)|becomes\\s+visible|visible)";

const present: Parser = (words, quotes) => {
  const gone = new RegExp(`^(.+?)\\s+${GONE}$`, "i").exec(words)?.[1];
  const there = new RegExp(`^(.+?)\\s+${THERE}$`, "i").exec(words)?.[1];
  const said = gone ?? there;
  if (!said) return null;
  const wanted = gone === undefined;
  const asText = /^(?:the\s+)?(?:text|words?|phrase|message|string)\s+(.+)$/i.exec(said)?.[1];
  if (asText) return text(onlyQuote(asText, quotes) ?? unmask(asText, quotes), wanted);
  const quote = onlyQuote(said, quotes);
  if (quote !== null && /^\uE000\d+\uE001$/.test(said)) return text(quote, wanted);
  const target = parseTarget(said, quotes);
  return target && element(target, wanted);
};

const stated: Parser = (words, quotes) => {
  const match =
    /^(.+?)\s+(?:is|are|becomes?|to\s+be|gets)\s+(not\s+|now\s+)?(enabled|disabled|clickable|active|checked|unchecked|ticked|selected|on|off|expanded|collapsed|focused|empty|required)$/i.exec(
      words,
    );
  const target = parseTarget(match?.[1] ?? "", quotes);
  const state = match?.[3]?.toLowerCase();
  if (!target || !state) return null;
  const negated = /^not/i.test(match?.[2] ?? "");
  return async (page) => {
    const found = await locate(page, target);
    const name = target.said ?? "element";
    if (!found) return { met: false, details: `“${name}” is not on the page.` };
    const holds = STATES[state]?.(found.node) ?? false;
    return {
      met: holds !== negated,
      details: `The ${found.element} is ${holds ? "" : "not "}${state}.`,
    };
  };
};

const STATES: Readonly<Record<string, (node: Entry["node"]) => boolean>> = {
  enabled: ({ states }) => states.disabled !== true,
  clickable: ({ states }) => states.disabled !== true,
  active: ({ states }) => states.disabled !== true,
  disabled: ({ states }) => states.disabled === true,
  checked: ({ states }) => states.checked === true,
  ticked: ({ states }) => states.checked === true,
  on: ({ states }) => states.checked === true,
  unchecked: ({ states }) => states.checked !== true,
  off: ({ states }) => states.checked !== true,
  selected: ({ states }) => states.selected === true || states.checked === true,
  expanded: ({ states }) => states.expanded === true,
  collapsed: ({ states }) => states.expanded !== true,
  focused: ({ states }) => states.focused === true,
  empty: ({ value }) => !value,
  required: ({ states }) => states.required === true,
};

const bareText: Parser = (words, quotes) => {
  const quote = onlyQuote(words, quotes);
  if (quote !== null && /^(?:(?:the\s+)?text\s+)?\uE000\d+\uE001$/i.test(words)) {
    return text(quote, true);
  }
  const negated = /^(?:there\s+is\s+)?no\s+(.+)$/i.exec(words)?.[1];
  const target = negated && parseTarget(negated, quotes);
  return target ? element(target, false) : null;
};

const PARSERS: readonly Parser[] = [
  loaded,
  addressed,
  counted,
  containing,
  stated,
  present,
  bareText,
];

function text(wanted: string, there: boolean): Check {
  const folded = wanted.toLowerCase().replace(/\s+/g, " ").trim();
  return async (page) => {
    const all = textOf(await page.tree())
      .toLowerCase()
      .replaceAll("\n", " ");
    const found = folded !== "" && all.includes(folded);
    return {
      met: found === there,
      details: `The text “${wanted.slice(0, 200)}” is ${found ? "" : "not "}on the page.`,
    };
  };
}

function element(target: Target, there: boolean): Check {
  return async (page) => {
    const found = await locate(page, target);
    const name = target.said ?? "element";
    return {
      met: (found !== null) === there,
      details: found ? `The ${found.element} is on the page.` : `“${name}” is not on the page.`,
    };
  };
}

/** An element, or else a text, of that name. */
async function locate(
  page: Page,
  target: Target,
): Promise<{ node: Entry["node"]; element: string } | null> {
  const root = await page.tree();
  for (const purpose of ["find", "type"] as const) {
    const found = await search(page, root, target, purpose);
    const best = bestOf(found);
    if (best && best.score >= GOOD + (purpose === "type" ? 0 : 6)) return best;
  }
  return null;
}
