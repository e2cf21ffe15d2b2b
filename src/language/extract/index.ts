import { Fault } from "../../domain/errors.ts";
import type { ConditionReport, Page } from "../../domain/page.ts";
import { parseDocument, readArticle } from "../article.ts";
import { flatten, lineOf } from "../tree.ts";
import { content } from "./content.ts";
import { controls } from "./controls.ts";
import { documentFacts } from "./document.ts";
import { headings, headingsOf } from "./headings.ts";
import { labelled } from "./labelled.ts";
import { links } from "./links.ts";
import { lists } from "./lists.ts";
import { paragraphs } from "./paragraphs.ts";
import { patterns } from "./patterns.ts";
import type { Extractor, Question, View } from "./question.ts";
import { questions } from "./questions.ts";
import { tables } from "./tables.ts";

/** Characters of an answer, above which it is cut. */
const LONGEST = 100_000;

/** In order of precedence. */
const EXTRACTORS: readonly Extractor[] = [
  documentFacts,
  headings,
  paragraphs,
  links,
  patterns,
  controls,
  tables,
  lists,
  content,
];

type Condition = (words: string) => (page: Page) => Promise<ConditionReport>;

/**
 * Answers a query about the page. One thing is answered by its value alone; several, joined by
 * "and" or commas, by a line each: `Heading: …`.
 *
 * @throws Fault BAD_REQUEST when the page has nothing of what was asked for.
 */
export async function extract(page: Page, query: string, condition: Condition): Promise<string> {
  const view = viewOf(page);
  const words = tidy(query);
  if (words === "") throw new Fault("BAD_REQUEST", `The query is empty. ${EXAMPLES}`);
  const asked = understand(words, condition);
  const answers = await Promise.all(asked.map(({ question }) => question.answer(view)));
  if (answers.every((answer) => answer === null))
    throw await nothing(
      view,
      asked.map(({ words: part }) => part),
    );
  if (asked.length === 1) return bounded(answers[0] ?? "");
  const told = asked.map(({ question: { label } }, index) => {
    const answer = answers[index] ?? "not found";
    return answer.includes("\n") ? `${label}:\n${answer}` : `${label}: ${answer}`;
  });
  return bounded(told.join("\n"));
}

const EXAMPLES =
  "Examples: Extract the main heading and first paragraph · all links · the Prices table · price of Blue mug · how many images · is there a Sign out button.";

interface Asked {
  words: string;
  question: Question;
}

function understand(words: string, condition: Condition): Asked[] {
  const whole = known(words, condition);
  if (whole) return [{ words, question: whole }];
  return split(words).map((part) => ({
    words: part,
    question: known(part, condition) ?? labelled(part),
  }));
}

function known(words: string, condition: Condition): Question | null {
  const question = questions(words, EXTRACTORS, condition);
  if (question) return question;
  for (const extractor of EXTRACTORS) {
    const found = extractor(words);
    if (found) return found;
  }
  return null;
}

/** At "and", commas and line ends, outside quotation marks. */
function split(words: string): string[] {
  const quotes: string[] = [];
  const masked = words.replace(
    /"[^"]*"|“[^”]*”/g,
    (quote) => `\uE000${quotes.push(quote) - 1}\uE001`,
  );
  return masked
    .split(/\s*[,;\n]\s*(?:and\s+)?|\s+and\s+(?:also\s+)?|\s+as well as\s+|\s*&\s*/i)
    .map((part) =>
      tidy(part.replace(/\uE000(\d+)\uE001/g, (_, n: string) => quotes[Number(n)] ?? "")),
    )
    .filter((part) => part !== "");
}

const LEAD =
  /^(?:(?:please|can you|could you|i want(?: you)? to|i need|then|also|and)\s+)*(?:(?:extract|get|give(?: me)?|show(?: me)?|list(?!\s+(?:of|items?|entries)\b)|find|return|read|fetch|collect|scrape|print|grab|retrieve|output|tell me|what(?:'s|\s+is|\s+are|\s+was)|which|pull(?: out)?|capture|save|identify|report|copy)(?:\s+out)?(?:\s+|$))?(?:(?:what\s+(?:is|are)|the|a|an|me|its)\s+)*/i;

/** The query without verbs, articles and politeness. */
export function tidy(query: string): string {
  const clean = query
    .trim()
    .replace(/[\s.?!,;:]+$/, "")
    .replace(/\s+(?:please|for me)$/i, "")
    .replace(/[ \t]+/g, " ");
  const without = clean.replace(LEAD, "").trim();
  // `list` and `find` may be the noun itself.
  return (without === "" ? clean : without).replace(
    /\s+(?:from|on|of|in)\s+(?:the|this)\s+(?:current\s+)?(?:web\s*)?(?:page|site|website)$/i,
    "",
  );
}

function viewOf(page: Page): View {
  const tree = once(() => page.tree());
  const html = once(() => page.html());
  return {
    page,
    tree,
    entries: once(async () => flatten(await tree())),
    document: once(async () => parseDocument(await html())),
    article: once(async () => readArticle(await html(), page.url())),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

function bounded(text: string): string {
  if (text.length <= LONGEST) return text;
  const note = `\n[cut: ${text.length} characters, the first ${LONGEST} are shown]`;
  return text.slice(0, LONGEST) + note;
}

async function nothing(view: View, asked: readonly string[]): Promise<Fault> {
  const entries = await view.entries();
  const names = headingsOf(entries)
    .slice(0, 5)
    .map(({ node }) => `“${lineOf(node).slice(0, 60)}”`);
  const count = (role: RegExp): number => entries.filter(({ node }) => role.test(node.role)).length;
  const counts = [
    [count(/^paragraph$/), "paragraph"],
    [count(/^link$/), "link"],
    [count(/^(?:table|grid)$/), "table"],
    [count(/^list$/), "list"],
    [count(/^(?:textbox|searchbox|combobox|spinbutton)$/), "field"],
    [count(/^button$/), "button"],
  ] as const;
  const has = counts
    .filter(([number]) => number > 0)
    .map(([number, noun]) => `${number} ${noun}${number === 1 ? "" : "s"}`);
  const looked = asked.map((part) => `“${part.slice(0, 80)}”`).join(", ");
  return new Fault(
    "BAD_REQUEST",
    `Looked for ${looked}, found nothing that fits. The page has ${names.length > 0 ? `the headings ${names.join(", ")}` : "no headings"}${has.length > 0 ? ` and ${has.join(", ")}` : ""}. ${EXAMPLES}`,
  );
}
