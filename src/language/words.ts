import {
  CANONICAL,
  LONGEST_PHRASE,
  NEAR_SYNONYMS,
  SIGNS,
  STOP_WORDS,
} from "./vocabulary/synonyms.ts";

/** How alike two names are, and why. */
export interface Likeness {
  /** 0 to 1. */
  score: number;
  why: string;
}

const NONE: Likeness = { score: 0, why: "nothing in common" };

/**
 * Lower case, no accents, no punctuation, single blanks: `Sign-In…` → `sign in`. A name that is
 * only a sign is replaced by its meaning (`×` → `close`).
 */
export function fold(text: string): string {
  const folded = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/['’‘`]/g, "")
    .replace(/&/g, " and ")
    .replace(/[^\p{L}\p{N}$€£%#]+/gu, " ")
    .trim()
    .replace(/\s+/g, " ");
  return folded || (SIGNS[text.trim().replace(/\uFE0F/g, "")] ?? text.trim());
}

/** Folded words, with every known phrase replaced by the word of its group. */
export function canonical(folded: string): string[] {
  const words = folded === "" ? [] : folded.split(" ");
  const result: string[] = [];
  for (let at = 0; at < words.length;) {
    let taken = 0;
    for (let length = Math.min(LONGEST_PHRASE, words.length - at); length > 0; length -= 1) {
      const meaning = CANONICAL.get(words.slice(at, at + length).join(" "));
      if (meaning === undefined) continue;
      result.push(...meaning.split(" "));
      taken = length;
      break;
    }
    if (taken === 0) result.push(words[at] ?? "");
    at += taken || 1;
  }
  return result;
}

/** The words that carry meaning; all of them when none does. */
export function meaningful(words: readonly string[]): string[] {
  const kept = words.filter((word) => !STOP_WORDS.has(word));
  return kept.length > 0 ? kept : [...words];
}

/** Edits (insert, delete, replace, swap of neighbours) between two words, cut off above `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** How alike two words are: 1 the same, less for a typing slip, a plural or a beginning, else 0. */
function wordLikeness(a: string, b: string): number {
  if (a === b) return 1;
  if (/\d/.test(a) || /\d/.test(b)) return 0;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (`${short}s` === long || `${short}es` === long) return 0.95;
  if (short.length >= 4 && long.startsWith(short)) return 0.8;
  // Slips of the first letter are rare, and most pairs of words end here.
  if (short.length < 4 || a[0] !== b[0]) return 0;
  const limit = short.length >= 8 ? 2 : 1;
  return editDistance(a, b, limit) <= limit ? 0.8 : 0;
}

/** Sum of the best likeness of each of `words` among `others`. */
function covered(words: readonly string[], others: readonly string[]): number {
  return words.reduce(
    (sum, word) => sum + Math.max(0, ...others.map((other) => wordLikeness(word, other))),
    0,
  );
}

/** A text, taken apart for comparison. */
interface Parts {
  folded: string;
  squashed: string;
  words: string;
  meaning: string[];
}

/** The same names are compared many times in one command. */
const parts = new Map<string, Parts>();
const MOST_PARTS = 20_000;

function partsOf(text: string): Parts {
  const known = parts.get(text);
  if (known) return known;
  const folded = fold(text.slice(0, 300));
  const words = canonical(folded);
  const made = {
    folded,
    squashed: folded.replaceAll(" ", ""),
    words: words.join(" "),
    meaning: meaningful(words),
  };
  if (parts.size >= MOST_PARTS) parts.clear();
  parts.set(text, made);
  return made;
}

/** How well what a person wrote names what the page calls `name`. Both in any spelling. */
export function likeness(wanted: string, name: string): Likeness {
  const one = partsOf(wanted);
  const two = partsOf(name);
  const { folded: a, meaning: am } = one;
  const { folded: b, meaning: bm } = two;
  if (a === "" || b === "") return NONE;
  if (wanted.trim() === name.trim() || a === b) return { score: 1, why: "exact name" };
  if (one.squashed === two.squashed) return { score: 0.98, why: "exact name" };
  if (one.words === two.words) return { score: 0.95, why: "same meaning" };
  if (am.join(" ") === bm.join(" ")) return { score: 0.94, why: "same meaning" };
  if (am.toSorted().join(" ") === bm.toSorted().join(" ")) {
    return { score: 0.9, why: "the same words" };
  }
  if (near(am.join(" "), bm.join(" "))) return { score: 0.6, why: "nearly the same meaning" };

  const limit = Math.max(1, Math.floor(a.length / 7));
  const digits = /\d/.test(a) || /\d/.test(b);
  if (!digits && a.length >= 4 && editDistance(a, b, limit) <= limit) {
    return { score: 0.86, why: "spelled nearly the same" };
  }
  return overlap(am, bm);
}

function near(a: string, b: string): boolean {
  return NEAR_SYNONYMS.some(([x, y]) => (a === x && b === y) || (a === y && b === x));
}

function overlap(wanted: readonly string[], name: readonly string[]): Likeness {
  const found = covered(wanted, name) / wanted.length;
  const counting = wanted.every((word) => !/^\d+$/.test(word));
  // "Cart, 3 items": a count in a name is not part of what it is called.
  const rest = counting ? name.filter((word) => !/^\d+$/.test(word)) : name;
  const used = rest.length === 0 ? 0 : covered(rest, wanted) / rest.length;
  if (found >= 0.8) {
    const prefix = wanted.every((word, index) => name[index] === word) ? 0.08 : 0;
    return {
      score: 0.58 + 0.28 * used * found + prefix,
      why: used >= 0.8 ? "nearly the same words" : "the name has these words",
    };
  }
  if (used >= 0.8) return { score: 0.2 + 0.6 * found, why: "the name is part of these words" };
  const score = found + used > 0 ? (2 * found * used) / (found + used) : 0;
  return score > 0 ? { score: 0.7 * score, why: "some words in common" } : NONE;
}
