import type { PageNode } from "../../domain/page.ts";
import { nameOf } from "../describe.ts";
import { scope } from "../places.ts";
import { type Entry, isEditable, lineOf, textOf } from "../tree.ts";
import { likeness } from "../words.ts";
import type { Question, View } from "./question.ts";
import { gridsOf, indexOf, rowText } from "./tables.ts";

const SAME = 0.6;

/**
 * Anything else that has a name on the page: a definition list's term, `Label: value`, a row of a
 * table, the cell of a row and a column (`price of Tea`), the text below a heading.
 */
export function labelled(query: string): Question {
  const words = query
    .replace(
      /^(?:(?:text|value|content|contents|details?)\s+(?:of|for|in|under|below)|value|text)\s+(?:the\s+)?/i,
      "",
    )
    .replace(/["“”]/g, "")
    .replace(/\s+(?:label|value|section|text|paragraph)$/i, "")
    .trim();
  return {
    label: words.charAt(0).toUpperCase() + words.slice(1),
    answer: async (view) => {
      const cell = /^(.+?)\s+(?:of|for)\s+(?:the\s+)?(.+)$/i.exec(words);
      const found = [
        await pairOf(view, words),
        cell?.[1] && cell[2] ? await cellOf(view, cell[2], cell[1]) : null,
        await rowOf(view, words),
        cell?.[1] && cell[2] ? await pairNear(view, cell[1], cell[2]) : null,
        await sectionOf(view, words),
        await ownText(view, words, query),
      ];
      return found.find((text) => text !== null && text !== "") ?? null;
    },
  };
}

/** Label and value: the best label of the page. */
async function pairOf(view: View, words: string): Promise<string | null> {
  const pairs = pairsOf(await view.entries());
  return bestPair(pairs, words);
}

function bestPair(pairs: readonly Pair[], words: string): string | null {
  const [best] = pairs
    .map((pair) => ({ pair, score: likeness(words, pair.label).score }))
    .filter(({ score }) => score >= SAME)
    .toSorted((a, b) => b.score - a.score);
  return best?.pair.value ?? null;
}

interface Pair {
  label: string;
  value: string;
  entry: Entry;
}

/** Terms with their definitions, `Label: value` in one block, and rows of two cells. */
function pairsOf(entries: readonly Entry[]): Pair[] {
  const pairs: Pair[] = [];
  for (const [at, entry] of entries.entries()) {
    const { node } = entry;
    if (node.role === "term") {
      const next = entries.slice(at).find(({ node: { role } }) => role === "definition");
      if (next) pairs.push({ label: lineOf(node), value: textOf(next.node), entry });
      continue;
    }
    if (node.role === "row") {
      const [label, value, more] = node.children;
      if (label && value && !more && !isEditable(value)) {
        pairs.push({ label: lineOf(label), value: lineOf(value), entry });
      }
      continue;
    }
    if (!holdsText(node)) continue;
    for (const line of textOf(node).split("\n")) {
      const pair = /^([^:]{1,60}):\s+(\S.*)$/.exec(line);
      if (pair?.[1] && pair[2]) pairs.push({ label: pair[1], value: pair[2], entry });
    }
    const parts = node.children.map((child) => lineOf(child)).filter((text) => text !== "");
    const [label, value] = parts;
    if (label && value && parts.length === 2 && label.endsWith(":")) {
      pairs.push({ label: label.slice(0, -1), value, entry });
    }
  }
  return pairs;
}

function holdsText({ role, children }: PageNode): boolean {
  return (
    /^(?:paragraph|listitem|generic|cell|gridcell|definition|group|LabelText|section|article|region)$/.test(
      role,
    ) &&
    children.length > 0 &&
    children.length <= 6
  );
}

/** The cell where the row of one name and the column of another meet. */
async function cellOf(view: View, row: string, column: string): Promise<string | null> {
  for (const { rows, headed } of gridsOf(await view.entries())) {
    const at = headed ? indexOf(rows[0] ?? [], column) : -1;
    const found = rows.find((cells, index) => index > 0 && indexOf(cells, row) >= 0);
    if (at >= 0 && found?.[at]) return found[at];
  }
  return null;
}

async function rowOf(view: View, words: string): Promise<string | null> {
  for (const grid of gridsOf(await view.entries())) {
    const found = grid.rows.find(
      (cells, index) => (index > 0 || !grid.headed) && likeness(words, cells[0] ?? "").score >= 0.9,
    );
    if (found) return rowText(grid, found);
  }
  return null;
}

/** `stock of Blue mug`: a pair in the part of the page where the thing is named. */
async function pairNear(view: View, label: string, thing: string): Promise<string | null> {
  const entries = await view.entries();
  const pairs = pairsOf(entries);
  const near = scope(
    entries,
    pairs.map(({ entry }) => entry),
    [{ relation: "near", words: thing }],
  );
  return near
    ? bestPair(
        pairs.filter(({ entry }) => near.includes(entry)),
        label,
      )
    : null;
}

/** What is written under a heading of that name, up to the next one. */
async function sectionOf(view: View, words: string): Promise<string | null> {
  const entries = await view.entries();
  const headings = entries.filter(({ node }) => node.role === "heading");
  const [best] = headings
    .map((heading) => ({ heading, score: likeness(words, nameOf(heading.node)).score }))
    .filter(({ score }) => score >= 0.8)
    .toSorted((a, b) => b.score - a.score);
  if (!best) return null;
  const { heading } = best;
  const next = headings.find(({ index }) => index > heading.end);
  const inside = entries.filter(
    ({ index, end, parent }) =>
      index > heading.end &&
      end < (next?.index ?? Number.POSITIVE_INFINITY) &&
      parent !== null &&
      (parent.index < heading.index || parent.end >= (next?.index ?? Number.POSITIVE_INFINITY)),
  );
  return (
    inside
      .map(({ node }) => textOf(node))
      .filter((text) => text !== "")
      .join("\n") || null
  );
}

/** `text of the Status banner`: what is written in the thing of that name. */
async function ownText(view: View, words: string, query: string): Promise<string | null> {
  if (!/^(?:text|content)/i.test(query)) return null;
  const scored = (await view.entries())
    .filter(({ node }) => !isEditable(node) && node.role !== "RootWebArea")
    .map((entry) => ({ entry, score: likeness(words, nameOf(entry.node)).score }))
    .filter(({ score }) => score >= SAME)
    .toSorted((a, b) => b.score - a.score);
  const [best] = scored;
  return best ? textOf(best.entry.node) : null;
}
