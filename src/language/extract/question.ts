import type { Page, PageNode } from "../../domain/page.ts";
import type { Article, ParsedDocument } from "../article.ts";
import type { Entry } from "../tree.ts";

/** A page while one query is answered: each of its forms is read once, and only when needed. */
export interface View {
  page: Page;
  tree(): Promise<PageNode>;
  /** The tree in document order. */
  entries(): Promise<Entry[]>;
  /** The parsed HTML, for what the tree lacks. */
  document(): Promise<ParsedDocument>;
  article(): Promise<Article>;
}

/** One thing that is asked for. */
export interface Question {
  /** Stands before the answer when several things were asked for: `Heading`. */
  label: string;
  /** Null when the page has no such thing. */
  answer(view: View): Promise<string | null>;
}

/** Understands one kind of question; null when it is another kind. `query` is tidy: see `tidy`. */
export type Extractor = (query: string) => Question | null;

/** Which ones of several. */
export interface Selection {
  /** `nth` counts from 1, -1 is the last; `first` is a number from the beginning. */
  pick: { kind: "all" } | { kind: "nth"; n: number } | { kind: "first"; n: number };
  /** Where: the words after "in". */
  inside: string | null;
  /** The matched noun, lower case. */
  noun: string;
  plural: boolean;
}

const NUMBERS: Readonly<Record<string, number>> = {
  first: 1,
  "1st": 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  last: -1,
  final: -1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

/**
 * Reads `all links`, `first 3 links in the footer`, `second paragraph`. `nouns` is a pattern
 * without groups that matches singular and plural.
 */
export function selection(query: string, nouns: string): Selection | null {
  const match = new RegExp(
    `^(?:(all|every|each|any)(?:\\s+(?:of\\s+)?the)?\\s+)?(?:(main|primary|top|first|last|final|[a-z]+|\\d+(?:st|nd|rd|th))\\s+)??(?:(\\d{1,4}|two|three|four|five|six|seven|eight|nine|ten)\\s+)?(${nouns})(?:\\s+(?:text|texts|content|contents|value|values))?(?:\\s+(?:in|on|of|from|within|inside|under)\\s+(?:the\\s+|this\\s+)?(.+))?$`,
    "i",
  ).exec(query);
  if (!match) return null;
  const [, all, order = "", count, noun = "", where] = match;
  const word = order.toLowerCase();
  const lower = noun.toLowerCase();
  const number = NUMBERS[word] ?? (/^\d/.test(word) ? Number.parseInt(word, 10) : null);
  if (word !== "" && number === null && !/^(?:main|primary|top)$/.test(word)) return null;
  const inside = where && !/^(?:page|site|website|document|screen)$/i.test(where) ? where : null;
  const plural = lower.endsWith("s") && !lower.endsWith("ss");
  const amount = count === undefined ? null : (NUMBERS[count.toLowerCase()] ?? Number(count));
  let pick: Selection["pick"] = { kind: "all" };
  if (amount !== null) pick = { kind: "first", n: amount };
  else if (number !== null && !all) pick = { kind: "nth", n: number };
  else if (!all && !plural) pick = { kind: "nth", n: 1 };
  return { pick, inside, noun: lower, plural: plural || amount !== null || all !== undefined };
}

/** The chosen ones of a list. */
export function picked<T>(items: readonly T[], { pick }: Selection): T[] {
  if (pick.kind === "all") return [...items];
  if (pick.kind === "first") return items.slice(0, pick.n);
  const one = pick.n < 0 ? items.at(pick.n) : items[pick.n - 1];
  return one === undefined ? [] : [one];
}

/** `paragraph`, `paragraphs` → `Paragraph`, `Paragraphs`. */
export function labelFor(base: string, { plural }: Selection): string {
  const label = base.charAt(0).toUpperCase() + base.slice(1);
  return plural ? `${label}s` : label;
}

/** Null for nothing, so that a missing answer is told from an empty one. */
export function lines(texts: readonly string[], joint = "\n"): string | null {
  const kept = texts.map((text) => text.trim()).filter((text) => text !== "");
  return kept.length > 0 ? kept.join(joint) : null;
}
