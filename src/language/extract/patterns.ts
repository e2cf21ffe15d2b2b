import { textOf } from "../tree.ts";
import { likeness } from "../words.ts";
import { type Extractor, labelFor, lines, picked, selection, type View } from "./question.ts";

const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const DATE = new RegExp(
  `\\b(?:\\d{4}-\\d{2}-\\d{2}|\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}|(?:\\d{1,2}(?:st|nd|rd|th)?\\s+(?:of\\s+)?${MONTH}|${MONTH}\\s+\\d{1,2}(?:st|nd|rd|th)?,?)(?:,?\\s+\\d{4})?)\\b`,
  "gi",
);
const AMOUNT = "\\d{1,3}(?:[ ,.']\\d{3}){0,5}(?:[.,]\\d{1,2})?|\\d{1,15}(?:[.,]\\d{1,2})?";
const PRICE = new RegExp(
  `(?:(?:US|CA|A|NZ|HK)?[$€£¥₹]|\\b(?:USD|EUR|GBP|CHF|JPY|INR|CAD|AUD)\\b)\\s?(?:${AMOUNT})|(?:\\b\\d[\\d.,' ]{0,15}\\d|\\b\\d)\\s?(?:[$€£¥₹]|(?:USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|kr|zł)\\b)`,
  "g",
);
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;
const PHONE =
  /(?<![\p{L}\p{N}.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,5}\)[\s.-]?)?\d{2,4}(?:[\s./-]\d{2,4}){1,4}(?![\p{N}])/gu;

interface Pattern {
  label: string;
  nouns: string;
  find(text: string): string[];
  /** Links of this scheme tell it as well. */
  scheme?: string;
}

const PATTERNS: readonly Pattern[] = [
  {
    label: "email address",
    nouns: "(?:contact )?e-?mail address(?:es)?|(?:contact )?e-?mails?|mail address(?:es)?",
    find: (text) => text.match(EMAIL) ?? [],
    scheme: "mailto:",
  },
  {
    label: "phone number",
    nouns: "(?:contact )?(?:tele)?phone numbers?|(?:tele)?phones?|mobile numbers?",
    find: (text) =>
      (text.match(PHONE) ?? []).filter((found) => {
        const digits = found.replace(/\D/g, "").length;
        return digits >= 7 && digits <= 15 && !/^\d{4}-\d{2}-\d{2}$/.test(found.trim());
      }),
    scheme: "tel:",
  },
  {
    label: "date",
    nouns: "(?:publication |published |publish )?dates?",
    find: (text) => text.match(DATE) ?? [],
  },
  {
    label: "price",
    nouns: "(?:product |item |total )?prices?|costs?|amounts?",
    find: (text) => text.match(PRICE) ?? [],
  },
];

/** What is recognized by how it is written: `email addresses`, `phone number`, `dates`, `price`. */
export const patterns: Extractor = (query) => {
  for (const pattern of PATTERNS) {
    const chosen = selection(query, pattern.nouns);
    if (!chosen) continue;
    const label =
      pattern.label === "email address" && chosen.plural
        ? "Email addresses"
        : labelFor(pattern.label, chosen);
    return {
      label,
      answer: async (view) => {
        if (chosen.inside !== null) return beside(view, pattern, chosen.inside);
        const all = [
          ...new Set([...(await linked(view, pattern)), ...(await written(view, pattern))]),
        ];
        return lines(picked(all, chosen));
      },
    };
  }
  return null;
};

async function written(view: View, pattern: Pattern): Promise<string[]> {
  return textOf(await view.tree())
    .split("\n")
    .flatMap((line) => pattern.find(line))
    .map((found) => found.trim());
}

async function linked(view: View, { scheme }: Pattern): Promise<string[]> {
  if (scheme === undefined) return [];
  return (await view.entries()).flatMap(({ node }) =>
    node.url?.startsWith(scheme)
      ? [decodeURIComponent(node.url.slice(scheme.length).split("?")[0] ?? "")]
      : [],
  );
}

/** `price of Blue mug`: the first one in the smallest part of the page that holds both. */
async function beside(view: View, pattern: Pattern, words: string): Promise<string | null> {
  const entries = await view.entries();
  const anchors = entries.filter(
    ({ node }) => node.name.length < 200 && likeness(words, node.name).score >= 0.6,
  );
  const scored = anchors.toSorted(
    (a, b) => likeness(words, b.node.name).score - likeness(words, a.node.name).score,
  );
  for (const anchor of scored.slice(0, 5)) {
    for (let at = anchor.parent; at?.parent; at = at.parent) {
      const found = pattern.find(textOf(at.node).replaceAll("\n", " "));
      if (found[0]) return found[0].trim();
    }
  }
  return null;
}
