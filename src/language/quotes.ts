/** Quoted text stands as one sign in the words while they are parsed: U+E000, its number, U+E001. */
const QUOTED = /\uE000(\d+)\uE001/g;

/** Matches one quoted text in masked words; no capture group. */
export const Q = "\\uE000\\d+\\uE001";

export interface Masked {
  words: string;
  quotes: string[];
}

const PAIRS: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ["“", "”"],
  ["„", "“"],
  ["„", "”"],
  ["«", "»"],
  ["‘", "’"],
  ["'", "'"],
  ["`", "`"],
];

/**
 * Takes quoted text out of a command. A quotation opens at the beginning of a word and closes at
 * the end of one, so that apostrophes do neither.
 */
export function mask(text: string): Masked {
  const clean = text.replace(/[\uE000\uE001]/g, "");
  const quotes: string[] = [];
  let words = "";
  for (let at = 0; at < clean.length;) {
    const end = /[\p{L}\p{N}]/u.test(clean[at - 1] ?? " ") ? -1 : closing(clean, at);
    if (end < 0) {
      words += clean[at];
      at += 1;
      continue;
    }
    words += `\uE000${quotes.length}\uE001`;
    quotes.push(clean.slice(at + 1, end).replace(/\\(["'`])/g, "$1"));
    at = end + 1;
  }
  return { words: words.replace(/\s+/g, " ").trim(), quotes };
}

/** Index of the sign that ends the quotation that begins at `at`, or -1. */
function closing(text: string, at: number): number {
  for (const [open, close] of PAIRS) {
    if (text[at] !== open) continue;
    for (let end = text.indexOf(close, at + 1); end >= 0; end = text.indexOf(close, end + 1)) {
      const after = text.slice(end + 1, end + 3);
      if (text[end - 1] !== "\\" && /^($|\s|[.,;:!?)\]](\s|$))/.test(after)) return end;
    }
  }
  return -1;
}

/** Puts quoted text back, without its quotation marks. */
export function unmask(words: string, quotes: readonly string[]): string {
  return words.replace(QUOTED, (_sign, number: string) => quotes[Number(number)] ?? "");
}

/** The one quoted text in `words`; null when there is none or several. */
export function onlyQuote(words: string, quotes: readonly string[]): string | null {
  const found = [...words.matchAll(QUOTED)];
  return found.length === 1 ? (quotes[Number(found[0]?.[1])] ?? null) : null;
}
