import type { Naming, Place, Target } from "./order.ts";
import { onlyQuote, Q, unmask } from "./quotes.ts";
import { ORDINALS } from "./vocabulary/keys.ts";
import { KIND_NOUNS, type Kind } from "./vocabulary/roles.ts";

const ARTICLES = /^(?:(?:on|the|a|an|this|that|my|your|any)\s+)+/i;

const RELATIONS: readonly (readonly [string, Place["relation"]])[] = [
  ["to the right of", "near"],
  ["to the left of", "near"],
  ["right of", "near"],
  ["left of", "near"],
  ["in the row of", "near"],
  ["in the row for", "near"],
  ["in the row with", "near"],
  ["in the row containing", "near"],
  ["next to", "near"],
  ["close to", "near"],
  ["beside", "near"],
  ["near", "near"],
  ["by", "near"],
  ["for", "near"],
  ["of", "near"],
  ["with", "near"],
  ["containing", "near"],
  ["underneath", "below"],
  ["beneath", "below"],
  ["under", "below"],
  ["below", "below"],
  ["after", "below"],
  ["above", "above"],
  ["before", "above"],
  ["inside", "in"],
  ["within", "in"],
  ["in", "in"],
  ["on", "in"],
  ["at", "in"],
  ["from", "in"],
];
const RELATION = new RegExp(
  `\\s(${RELATIONS.map(([words]) => words.replaceAll(" ", "\\s")).join("|")})(?=\\s)`,
  "gi",
);
const RELATION_OF = new Map(RELATIONS);
const MOST_NAMINGS = 8;
/** Words beyond this many relations, or this long, are no name that a person would write. */
const MOST_CUTS = 6;
const LONGEST_NAME = 300;

/** `words` is masked; the result's texts are not. */
export function parseTarget(
  words: string,
  quotes: readonly string[],
  sayable = true,
): Target | null {
  const clean = strip(words);
  if (clean === "" || clean.length > LONGEST_NAME) return null;
  const namings = [...namingsOf(clean, [], quotes)];
  for (const { left, places } of splits(clean)) {
    const told = places.map((place) => ({
      relation: place.relation,
      words: onlyQuote(place.words, quotes) ?? unmask(strip(place.words), quotes),
    }));
    if (left !== "") namings.push(...namingsOf(left, told, quotes));
  }
  return {
    namings: namings.slice(0, MOST_NAMINGS),
    said: sayable ? unmask(clean, quotes).slice(0, 120) : null,
  };
}

/** A target of these very words, for orders whose verb is itself the name (`log in`). */
export function named(words: string, kind: Kind | null = null, places: Place[] = []): Target {
  return { namings: [{ full: words, words, kind, ordinal: null, places }], said: words };
}

function strip(words: string): string {
  return words
    .trim()
    .replace(/[\s,;:.!?]+$/, "")
    .replace(ARTICLES, "")
    .trim();
}

/** Every way to cut "X in Y next to Z" into a thing and its places; the earliest cut first. */
function splits(words: string): { left: string; places: Place[] }[] {
  const cuts = [...words.matchAll(RELATION)].slice(0, MOST_CUTS);
  const result: { left: string; places: Place[] }[] = [];
  cuts.forEach((cut, number) => {
    const left = strip(words.slice(0, cut.index));
    const rest = words.slice(cut.index + cut[0].length);
    const relation = relationOf(cut[1]);
    const next = cuts[number + 1];
    if (next) {
      const between = words.slice(cut.index + cut[0].length, next.index);
      const beyond = words.slice(next.index + next[0].length);
      result.push({
        left,
        places: [
          { relation, words: between },
          { relation: relationOf(next[1]), words: beyond },
        ],
      });
    }
    result.push({ left, places: [{ relation, words: rest }] });
  });
  return result;
}

function relationOf(words = ""): Place["relation"] {
  return RELATION_OF.get(words.toLowerCase().replace(/\s+/g, " ")) ?? "in";
}

/** With and without reading a number in it: `first name` is a field, `first link` a number. */
function namingsOf(words: string, places: Place[], quotes: readonly string[]): Naming[] {
  const literal = naming(words, null, places, quotes);
  const numbered = ordinalOf(words);
  if (!numbered) return [literal];
  return [literal, naming(numbered.rest, numbered.ordinal, places, quotes)];
}

function ordinalOf(words: string): { ordinal: number; rest: string } | null {
  const leading = /^(?:the\s+)?([a-z]+|\d+(?:st|nd|rd|th))\s+(.+)$/i.exec(words);
  if (leading?.[1] && leading[2]) {
    const word = leading[1].toLowerCase();
    const ordinal = ORDINALS[word] ?? (/^\d/.test(word) ? Number.parseInt(word, 10) : null);
    if (ordinal !== null) return { ordinal, rest: strip(leading[2]) };
  }
  const trailing = /^(.+?)\s+(?:#|number\s+|no\.?\s+)?(\d{1,3})$/i.exec(words);
  if (trailing?.[1] && trailing[2]) return { ordinal: Number(trailing[2]), rest: trailing[1] };
  return null;
}

function naming(
  words: string,
  ordinal: number | null,
  places: Place[],
  quotes: readonly string[],
): Naming {
  const found = kindOf(words);
  // "Products" is a name; "the third product" is one of what the page lists.
  const { rest, kind } =
    found.kind === "result" && ordinal === null ? { rest: words, kind: null } : found;
  const quote = onlyQuote(words, quotes);
  return {
    full: quote ?? unmask(words, quotes),
    words: quote ?? unmask(rest, quotes),
    kind,
    ordinal,
    places,
  };
}

const LABELLED =
  "(?:(?:that\\s+(?:says|reads|is\\s+(?:called|named|labell?ed))|which\\s+says|called|named|labell?ed|titled|saying|reading|(?:with|having)\\s+(?:the\\s+)?(?:text|name|label|title|caption|placeholder))\\s+)?";

/** Takes the noun of the kind off the end or the beginning of a name. */
function kindOf(words: string): { rest: string; kind: Kind | null } {
  const lower = words.toLowerCase().replaceAll("-", " ");
  for (const [noun, kind] of KIND_NOUNS) {
    for (const form of [noun, `${noun}s`]) {
      if (lower === form) return { rest: "", kind };
      if (lower.endsWith(` ${form}`) || lower.endsWith(`\uE001${form}`)) {
        return { rest: strip(words.slice(0, -form.length)), kind };
      }
    }
  }
  for (const [noun, kind] of KIND_NOUNS) {
    const leading = new RegExp(`^${noun}\\s+(?:(?:to|for)\\s+)?${LABELLED}(.+)$`, "i").exec(words);
    const labelled = leading?.[0] !== undefined && leading[1] !== undefined;
    // `field X` is a way to say it; `image X` as well, but `area code` or `tab order` are names.
    const certain =
      labelled &&
      (kind !== "any" ||
        /^(?:element|item|control)$/.test(noun) ||
        new RegExp(Q).test(leading[1] ?? ""));
    if (certain) return { rest: strip(leading[1] ?? ""), kind };
  }
  return { rest: words, kind: null };
}
