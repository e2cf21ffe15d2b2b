import { parseChord } from "./keys.ts";
import type { Order } from "./order.ts";
import { onlyQuote, Q, unmask } from "./quotes.ts";
import { named, parseTarget } from "./target.ts";
import { parseTyping } from "./typing.ts";

/** How one kind of order reads: masked words in, readings out; null when it is another order. */
export type Rule = (words: string, quotes: readonly string[]) => Order[] | null;

const FILE_NAME = /\.(?:pdf|html?|txt|png|jpe?g|gif|svg|csv|zip|docx?|xlsx?|json|xml|md)$/i;

/** How many ways to cut "X from Y" are tried. */
const MOST_CUTS = 6;

const addresses: Rule = (words, quotes) => {
  const match =
    /^(?:(?:go|navigate|browse|head|surf|jump)(?:\s+over)?\s+to|visit|open|load|navigate|goto)\s+(?:the\s+)?(?:(?:url|page|address|site|website)\s+(?:at\s+)?)?(.+)$/i.exec(
      words,
    );
  if (!match?.[1]) return null;
  const url = unmask(match[1].trim(), quotes);
  if (/^https?:\/\/\S+$/i.test(url)) return [{ do: "navigate", url }];
  if (/^\/[^\s/]\S*$|^\/$/.test(url)) return [{ do: "navigate", url }];
  const host =
    /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}|\d+(?:\.\d+){3})(?::\d+)?(?:[/?#]\S*)?$/i;
  if (!host.test(url) || FILE_NAME.test(url)) return null;
  return [{ do: "navigate", url: `${/^(?:localhost|\d)/i.test(url) ? "http" : "https"}://${url}` }];
};

const history: Rule = (words) => {
  if (
    /^(?:(?:go|navigate|move|step|head|page)\s+)?back(?:wards?)?(?:\s+(?:one|a|1)\s+(?:page|step))?(?:\s+in\s+(?:the\s+)?(?:browser\s+)?history)?$/i.test(
      words,
    ) ||
    /^(?:go|return|navigate)(?:\s+back)?\s+to\s+the\s+(?:previous|last)\s+page$/i.test(words)
  ) {
    return [{ do: "back" }];
  }
  if (
    /^(?:go|navigate|move|step)\s+forwards?(?:\s+(?:one|a|1)\s+(?:page|step))?$|^forward$/i.test(
      words,
    )
  ) {
    return [{ do: "forward" }];
  }
  const reload =
    /^(?:reload|refresh)(?:\s+(?:the\s+|this\s+)?(?:current\s+)?(?:page|tab|site|browser|window))?$/i;
  return reload.test(words) ? [{ do: "reload" }] : null;
};

const scrolling: Rule = (words, quotes) => {
  const match = /^(?:scroll|swipe)\b\s*(.*)$/i.exec(words);
  if (!match) return null;
  const rest = (match[1] ?? "").replace(/^(?:the\s+)?page\s+/i, "").trim();
  const edge =
    /^(?:(?:all the way|right|back)\s+)?(?:(?:up|down)\s+)?(?:all the way\s+)?(?:to\s+)?(?:the\s+)?(?:very\s+)?(top|bottom|end|start|beginning)(?:\s+of\s+(?:the\s+)?(?:page|screen|document))?$/i.exec(
      rest,
    )?.[1];
  if (edge) return [{ do: "scroll", to: /top|start|beginning/i.test(edge) ? "top" : "bottom" }];
  if (/^all the way down$/i.test(rest)) return [{ do: "scroll", to: "bottom" }];
  if (/^all the way up$/i.test(rest)) return [{ do: "scroll", to: "top" }];
  const way =
    /^(up|down|left|right)?(?:\s*(?:a\s+(?:bit|little)|(?:by\s+)?(?:one|a|1)\s+(?:page|screen)|(?:the|this)\s+page|the\s+screen|further|more|once))?$/i.exec(
      rest,
    );
  if (way) {
    const to = (way[1]?.toLowerCase() ?? "down") as "up" | "down" | "left" | "right";
    return [{ do: "scroll", to }];
  }
  const thing =
    /^(?:(?:up|down)\s+)?(?:to|until(?:\s+you\s+see)?|towards?)\s+(.+)$/i.exec(rest)?.[1] ??
    /^(.+?)\s+into\s+view$/i.exec(rest)?.[1];
  const target = parseTarget(thing ?? "", quotes);
  return target && [{ do: "scroll", to: target }];
};

const AMBIGUOUS_KEY = /^(?:delete|del|home|end|insert|space|tab|return|up|down|left|right|.)$/i;

const pressing: Rule = (words, quotes) => {
  if (/^(?:enter|return)$/i.test(words)) return [press("Enter")];
  if (/^page\s*(?:up|down)$/i.test(words)) return [press(parseChord(words) ?? "PageDown")];
  const match = /^(?:press|hit|push|tap|strike|type|use|send)\s+(.+)$/i.exec(words);
  if (!match?.[1]) return null;
  const { rest, times } = repeated(match[1]);
  const inside = /^(.+?)\s+(?:in|on|inside)\s+(.+)$/i.exec(rest);
  if (/^type\b/i.test(words) && !/\bkey$/i.test(rest)) return null;
  const chord = parseChord(rest);
  if (chord !== null) {
    const said = rest.replace(/^the\s+/i, "");
    const target = AMBIGUOUS_KEY.test(said) ? parseTarget(said, quotes) : null;
    const order = press(chord, times);
    return target ? [{ ...click(target), exactly: true }, order] : [order];
  }
  if (!inside?.[1] || !inside[2]) return null;
  const key = parseChord(inside[1]);
  const target = parseTarget(inside[2], quotes);
  return key !== null && target ? [{ do: "press", key, times, target }] : null;
};

function press(key: string, times = 1): Order {
  return { do: "press", key, times, target: null };
}

/** Takes "twice" or "3 times" off the end. */
function repeated(words: string): { rest: string; times: number } {
  const match = /^(.+?)\s+(?:(once|twice|thrice)|(\d{1,2})\s*(?:times|x))$/i.exec(words);
  if (!match?.[1]) return { rest: words, times: 1 };
  const word = { once: 1, twice: 2, thrice: 3 }[(match[2] ?? "").toLowerCase()];
  return { rest: match[1], times: word ?? Number(match[3]) };
}

type Click = Extract<Order, { do: "click" }>;

function click(
  target: Click["target"],
  count: 1 | 2 = 1,
  button: "left" | "right" = "left",
): Click {
  return { do: "click", target, count, button };
}

const clicking: Rule = (words, quotes) => {
  const special =
    /^(double|right)[- ]?(?:click|tap|press)(?:\s+on)?\s+(.+)$/i.exec(words) ??
    /^(context)[- ]?click(?:\s+on)?\s+(.+)$/i.exec(words);
  if (special?.[2]) {
    const target = parseTarget(special[2], quotes);
    const double = special[1]?.toLowerCase() === "double";
    return target && [click(target, double ? 2 : 1, double ? "left" : "right")];
  }
  const match =
    /^(?:(?:left[- ]?)?click|press|tap|push|hit|activate|trigger|follow|use|focus|go to|navigate to|(?:click|press|tap)\s+(?:in|into|inside))(?:\s+(?:on|at|onto))?\s+(.+)$/i.exec(
      words,
    );
  if (!match?.[1]) return null;
  const { rest, times } = repeated(match[1].replace(/^(?:in|into|inside)\s+(?=the\s)/i, ""));
  const target = parseTarget(rest, quotes);
  return target && [click(target, times === 2 ? 2 : 1)];
};

const checking: Rule = (words, quotes) => {
  if (/^check\s*-?(?:out|in)$|^check\s+(?:if|whether|that|for|out)\b/i.test(words)) return null;
  const apart = /^(?:turn|switch|toggle)\s+(.+?)\s+(on|off)$/i.exec(words);
  const off =
    /^(?:uncheck|untick|unmark|disable|deactivate|deselect|unselect|(?:turn|switch|toggle)\s+off)\s+(.+)$/i.exec(
      words,
    );
  const on = /^(?:check|tick|mark|enable|(?:turn|switch|toggle)\s+on)\s+(?:off\s+)?(.+)$/i.exec(
    words,
  );
  const other = /^(?:toggle|flip)\s+(.+)$/i.exec(words);
  const found = apart?.[1] ?? off?.[1] ?? on?.[1] ?? other?.[1];
  const target = parseTarget(found ?? "", quotes);
  if (!target) return null;
  const state = apart ? apart[2]?.toLowerCase() === "on" : off ? false : on ? true : null;
  // `Enable notifications` may be a button of that name.
  return [{ do: "check", target, on: state }, click(named(unmask(words, quotes)))];
};

const selecting: Rule = (words, quotes) => {
  const match = /^(?:select|choose|pick|opt\s+for)\s+(.+)$/i.exec(words);
  if (!match?.[1]) return null;
  const readings: Order[] = [];
  const rest = match[1];
  const cuts = [...rest.matchAll(/\s(?:from|in|within|inside|of|under|for|as|on|at)\s/gi)];
  for (const cut of cuts.slice(0, MOST_CUTS)) {
    const option = parseTarget(rest.slice(0, cut.index), quotes);
    const from = parseTarget(rest.slice(cut.index + cut[0].length), quotes);
    if (option && from) readings.push({ do: "select", option, from });
  }
  const target = parseTarget(rest, quotes);
  if (!target) return null;
  if (target.namings.some(({ kind }) => kind === "checkbox" || kind === "switch")) {
    return [{ do: "check", target, on: true }];
  }
  // "the Pro plan": the last word may be what the choices are called.
  const last = /^(.+)\s(\S+)$/.exec(rest);
  const ofLast = parseTarget(last?.[1] ?? "", quotes);
  const group = parseTarget(last?.[2] ?? "", quotes);
  const alone: Order[] = [
    { do: "select", option: target, from: null },
    ...(ofLast && group ? [{ do: "select", option: ofLast, from: group } as const] : []),
    click(target),
    click(named(unmask(words, quotes))),
  ];
  return [...readings, ...alone];
};

const hovering: Rule = (words, quotes) => {
  const match =
    /^(?:(?:hover|mouse|point)(?:\s+(?:your\s+|the\s+)?(?:mouse|cursor|pointer))?(?:\s+(?:over|on|onto|at|above|to))*|(?:move|put|place)\s+(?:the\s+|your\s+)?(?:mouse|cursor|pointer)\s+(?:over|on|onto|to|at|above)(?:\s+to)?)\s+(.+)$/i.exec(
      words,
    );
  const target = parseTarget(match?.[1] ?? "", quotes);
  return target && [{ do: "hover", target }];
};

const submitting: Rule = (words, quotes) => {
  const match = /^(?:submit|send)(?:\s+(.+))?$/i.exec(words);
  if (!match) return null;
  const bare = /^(?:(?:the|this|that|my)\s+)?(?:form|it|this|everything)?$/i.test(match[1] ?? "");
  if (bare) return [{ do: "submit", target: null }];
  const target = parseTarget(match[1] ?? "", quotes);
  if (!target) return null;
  if (/\bform$/i.test(match[1] ?? "")) return [{ do: "submit", target }];
  return [click(named(unmask(words, quotes))), click(target), { do: "submit", target }];
};

/** `log in`, `close the dialog`, `add X to cart`: the verb is the name of the thing to click. */
const commanding: Rule = (words, quotes) => {
  const match =
    /^(log\s?-?(?:in|on|out|off)|sign\s?-?(?:in|on|up|out|off)|register|search|close|dismiss|open|expand|collapse|show|hide|view|accept|agree|allow|decline|reject|cancel|save|confirm|continue|proceed|next|previous|delete|remove|edit|add|buy|order|purchase|check\s?-?out|subscribe|unsubscribe|apply|pay|download|upload|play|pause|start|stop|follow|like|share|reply|post|publish|create|go|skip|finish|done|retry|copy|print|learn|read|get|join|book|reset|filter|sort|load|see)(?:\s+(.+))?$/i.exec(
      words,
    );
  if (!match?.[1]) return null;
  const verb = match[1];
  const said = unmask(words, quotes);
  const readings: Order[] = [click(named(said))];
  const rest = match[2]?.replace(/^(?:to|with|on|in)\s+/i, "");
  const object = parseTarget(rest ?? "", quotes);
  if (!object?.said) return readings;
  if (/^(?:open|expand|collapse|show|hide|view|see|get|read|go|load|start|play)$/i.test(verb)) {
    readings.push(click(object));
  }
  const adding = /^(.+?)\s+(to\s+.+)$/i.exec(rest ?? "");
  const thing = parseTarget(adding?.[1] ?? "", quotes);
  if (adding?.[2] && thing?.said) {
    const place = { relation: "near", words: thing.said } as const;
    readings.push(click({ ...named(`${verb} ${adding[2]}`, null, [place]), said }));
  }
  const places = [{ relation: "near", words: object.said } as const];
  const inside = [{ relation: "in", words: object.said } as const];
  readings.push(click({ ...named(verb, null, inside), said }));
  readings.push(click({ ...named(verb, null, places), said }));
  return readings;
};

/** In order of precedence: the first that reads the words decides. */
export const RULES: readonly Rule[] = [
  addresses,
  history,
  scrolling,
  pressing,
  (words, quotes) => parseTyping(words, quotes),
  checking,
  selecting,
  hovering,
  submitting,
  clicking,
  commanding,
  // A few words without a verb may be the very name of something to click.
  (words) => {
    const few = /^[\p{L}\p{N}][^\uE000]{0,60}$/u.test(words) && words.split(" ").length <= 6;
    return few ? [{ ...click(named(words)), exactly: true }] : null;
  },
  // A quoted text alone is the name of something to click.
  (words, quotes) => {
    const target = new RegExp(`^${Q}$`).test(words) ? onlyQuote(words, quotes) : null;
    return target === null ? null : [click(named(target))];
  },
];
