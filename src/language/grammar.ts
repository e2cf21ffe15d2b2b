import type { Plan, Step } from "./order.ts";
import { mask, Q } from "./quotes.ts";
import { RULES } from "./rules.ts";

const POLITE =
  /^(?:(?:please|pls|kindly|now|then|next|also|and|first|finally|ok(?:ay)?|go ahead and|(?:can|could|would|will) you(?: please)?|i(?:'d| would)? (?:want|like)(?: you)? to|you should|try to|let'?s)[\s,]+)+/i;
const AFTERTHOUGHT = /[\s,]+(?:please|pls|for me|thanks|thank you|right now|,\s*now)$/i;
/** How many orders one command may join. */
const MOST_STEPS = 20;
/** Characters of a command, quoted text apart, above which it is not read. */
const LONGEST = 2000;

/** Begins an order of its own after "and", "then" or a comma. */
const VERB =
  "(?:double[- ]?click|right[- ]?click|click|press|tap|push|hit|choose|select|pick|type|enter|fill|input|put|write|set|check|tick|uncheck|untick|toggle|turn|switch|scroll|hover|mouse|move|go|navigate|open|reload|refresh|visit|submit|log|sign|search|clear|empty|close|save|continue|proceed|confirm|accept|agree|cancel|delete|remove|add|buy|expand|wait)";
const JOINT = new RegExp(
  `(?:\\s*[,;]\\s*(?:and\\s+then\\s+|and\\s+|then\\s+)?|\\s+and\\s+then\\s+|\\s+and\\s+|\\s+then\\s+|\\s*[.]\\s+(?:then\\s+)?)(?=${VERB}\\b)`,
  "i",
);
const ELLIPSIS = /\s*(?:,\s*(?:and\s+)?|\s+and\s+)/i;

/**
 * Understands a command by its words alone. Null when it is none that is known. Orders that are
 * joined by "and", "then" or commas become steps; a joint counts only when what follows begins
 * with a verb and is an order by itself.
 */
export function parseCommand(command: string): Plan | null {
  const { words, quotes } = mask(command);
  if (words.length > LONGEST) return null;
  const whole = parseStep(words, quotes);
  const parts = words.split(JOINT).filter((part) => tidy(part) !== "");
  if (parts.length > MOST_STEPS) return null;
  if (parts.length > 1) {
    const steps = parts.flatMap((part) => elliptical(part, quotes) ?? [parseStep(part, quotes)]);
    const known = steps.filter((step) => step !== null);
    if (known.length === steps.length) return { steps: known, whole };
    return whole && { steps: [whole], whole: null };
  }
  const steps = elliptical(words, quotes);
  if (steps) return { steps, whole: null };
  return whole && { steps: [whole], whole: null };
}

function parseStep(part: string, quotes: readonly string[]): Step | null {
  const words = tidy(part);
  for (const rule of RULES) {
    const readings = rule(words, quotes);
    if (readings && readings.length > 0) return { readings };
  }
  return null;
}

function tidy(words: string): string {
  let clean = words.trim().replace(/[\s,;:.!?]+$/, "");
  for (let before = ""; before !== clean;) {
    before = clean;
    clean = clean.replace(POLITE, "").replace(AFTERTHOUGHT, "");
    clean = clean.replace(/[\s,;:.!?]+$/, "").trim();
  }
  return clean;
}

/** `fill email with 'a' and password with 'b'`: the verb stands once, each field has its text. */
function elliptical(part: string, quotes: readonly string[]): Step[] | null {
  const words = tidy(part);
  const verb = /^(type|enter|fill(?: in| out)?|input|put|write|set)\s+/i.exec(words);
  if (!verb) return null;
  const pieces = words.slice(verb[0].length).split(ELLIPSIS);
  const quoted = new RegExp(
    `^(?:${Q}\\s+(?:in|into|in to|to|on|for|as)\\s+.+|.+\\s(?:with|to|as)\\s+${Q}|.+\\s${Q})$`,
    "i",
  );
  const plain = /^(?:fill|set)/i.test(verb[0])
    ? /^\S.*\s(?:with|to|as)\s+\S/i
    : /^\S.*\s(?:in|into|in to|as)\s+\S/i;
  const form = [quoted, plain].find((each) => pieces.every((piece) => each.test(piece)));
  if (pieces.length < 2 || !form) return null;
  const steps = pieces.map((piece) => parseStep(`${verb[0]}${piece}`, quotes));
  return steps.every((step) => step !== null) ? steps : null;
}
