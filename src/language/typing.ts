import type { Order, Target } from "./order.ts";
import { onlyQuote, Q, unmask } from "./quotes.ts";
import { parseTarget } from "./target.ts";

const INTO = "(?:in\\s+to|into|inside|in|to|onto|on|for|as|at|under)";

/** How many "in" are tried when the text has no quotation marks. */
const MOST_CUTS = 8;

/** Orders that write into a field. `words` is masked; the text goes to `text` and nowhere else. */
export function parseTyping(words: string, quotes: readonly string[]): Order[] | null {
  return (
    clearing(words, quotes) ??
    searching(words, quotes) ??
    quoted(words, quotes) ??
    filling(words, quotes) ??
    unquoted(words, quotes)
  );
}

function type(text: string, target: Target | null, enter = false): Order {
  return { do: "type", text, target, enter };
}

function clearing(words: string, quotes: readonly string[]): Order[] | null {
  const match =
    /^(?:clear|empty|blank|wipe)(?:\s+out)?\s+(.+)$/i.exec(words) ??
    /^(?:delete|remove|erase)\s+(?:all\s+)?(?:the\s+)?(?:text|content|contents|value)\s+(?:in|of|from)\s+(.+)$/i.exec(
      words,
    );
  if (!match?.[1]) return null;
  const target = parseTarget(
    match[1].replace(/^(?:the\s+)?(?:text|contents?|value)\s+(?:in|of|from)\s+/i, ""),
    quotes,
  );
  const whole = parseTarget(words, quotes);
  if (!target) return null;
  const readings: Order[] = [{ do: "clear", target }];
  if (whole) readings.push({ do: "click", target: whole, count: 1, button: "left" });
  return readings;
}

function searching(words: string, quotes: readonly string[]): Order[] | null {
  const match =
    /^(?:search|look)(?:\s+(?:(?:the|this)\s+)?(?:site|page|web|store|shop|website))?\s+for\s+(.+)$/i.exec(
      words,
    );
  if (!match?.[1]) return null;
  const box = parseTarget("search field", quotes);
  const place = new RegExp(`^(${Q})\\s+(?:in|on|with|using|at)\\s+(.+)$`, "i").exec(match[1]);
  if (place?.[1] && place[2]) {
    return [type(unmask(place[1], quotes), parseTarget(place[2], quotes) ?? box, true)];
  }
  return [type(onlyQuote(match[1], quotes) ?? unmask(match[1], quotes), box, true)];
}

const VERBS =
  "(?:type(?:\\s+in)?|enter|input|put|write|insert|paste|key\\s+in|fill(?:\\s+(?:in|out))?|provide|supply|set|change|update|populate)";

/** The text stands in quotation marks: the rest of the words names the field. */
function quoted(words: string, quotes: readonly string[]): Order[] | null {
  const verb = new RegExp(`^${VERBS}\\s+(?=\\S)`, "i").exec(words);
  if (!verb) return null;
  const rest = words
    .slice(verb[0].length)
    .replace(/^(?:(?:the|a|an)\s+)?(?:text|value|words?|string|number)\s+(?=\uE000)/i, "");
  const signs = [...rest.matchAll(new RegExp(Q, "g"))];
  const [first, second] = signs;
  if (!first || signs.length > 3) return null;
  const enter = /\s+(?:and\s+)?(?:press|hit)\s+enter$/i.test(rest);

  const before = rest.slice(0, first.index).trim();
  if (before === "") {
    const text = unmask(first[0], quotes);
    const after = rest.slice(first[0].length).trim();
    if (after === "") return [type(text, null, enter)];
    const into = new RegExp(`^${INTO}\\s+(.+)$`, "i").exec(after)?.[1];
    const target = parseTarget(into ?? "", quotes);
    // `set 'Email' to 'x'`: the name of the field is quoted as well.
    if (second && new RegExp(`^(?:to|with|as|=|:)\\s*${Q}$`, "i").test(after)) {
      if (/^(?:set|change|update|fill|populate)/i.test(verb[0])) {
        return [type(unmask(second[0], quotes), parseTarget(first[0], quotes))];
      }
    }
    return target && [type(text, target, enter)];
  }

  // The last quotation is the text; a field may be quoted before it.
  const last = signs.at(-1) ?? first;
  if (rest.slice(last.index + last[0].length).trim() !== "") return null;
  const field = rest
    .slice(0, last.index)
    .replace(new RegExp(`^\\s*${INTO}\\s+`, "i"), "")
    .replace(/(?:\s+(?:with|to|as|by|value|the text|the value|equal to|be)|\s*[:=])+\s*$/i, "");
  const target = parseTarget(field, quotes);
  return target && [type(unmask(last[0], quotes), target, enter)];
}

/** `fill X with V`, `set X to V`, without quotation marks. */
function filling(words: string, quotes: readonly string[]): Order[] | null {
  const match =
    /^(?:fill(?:\s+(?:in|out))?|populate)\s+(.+?)\s+(?:with|using)\s+(.+)$/i.exec(words) ??
    /^(?:set|change|update)\s+(.+?)\s*(?:\s(?:to|as)\s|=)\s*(.+)$/i.exec(words);
  if (!match?.[1] || !match[2]) return null;
  const target = parseTarget(match[1], quotes);
  return target && [type(unmask(match[2], quotes), target)];
}

/** `type hello world in the message field`: every "in" may be the one. */
function unquoted(words: string, quotes: readonly string[]): Order[] | null {
  const verb =
    /^(?:type(?:\s+in(?!\s*to\b))?|enter|input|put|write|insert|paste|key\s+in|fill(?:\s+in)?)\s+(.+)$/i.exec(
      words,
    );
  const rest = verb?.[1];
  if (!rest || new RegExp(Q).test(rest)) return null;
  const readings: Order[] = [];
  const cuts = [...rest.matchAll(new RegExp(`\\s${INTO}\\s`, "gi"))].slice(-MOST_CUTS).toReversed();
  // The last "in" first: what stands after it is the shortest name of a field.
  for (const cut of cuts) {
    const target = parseTarget(rest.slice(cut.index + cut[0].length), quotes, false);
    if (target) readings.push(type(unmask(rest.slice(0, cut.index), quotes), target));
  }
  if (readings.length === 0 && !/^(?:put|fill)\b/i.test(words)) readings.push(type(rest, null));
  return readings.length > 0 ? readings : null;
}
