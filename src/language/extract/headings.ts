import { type Entry, lineOf } from "../tree.ts";
import { type Extractor, labelFor, lines, picked, selection, type Selection } from "./question.ts";
import { within } from "./within.ts";

/** `the main heading`, `all headings`, `level 2 headings`, `outline`. */
export const headings: Extractor = (query) => {
  if (
    /^(?:(?:page|document)\s+)?(?:outline|structure|table of contents)(?:\s+of\s+(?:the\s+)?page)?$/i.test(
      query,
    )
  ) {
    return {
      label: "Outline",
      answer: async (view) =>
        lines((await headingsOf(await view.entries())).map((entry) => outlineLine(entry))),
    };
  }
  const levelled =
    /^(?:all\s+)?(?:(?:the\s+)?(h([1-6])(?:\s+(?:headings?|tags?|elements?|titles?))?s?)|(?:level|rank)[- ]?([1-6])\s+(headings?|titles?)|(headings?)\s+of\s+level\s+([1-6]))$/i.exec(
      query,
    );
  const level = Number(levelled?.[2] ?? levelled?.[3] ?? levelled?.[6] ?? 0);
  if (level > 0) {
    return {
      label: `Level ${level} headings`,
      answer: async (view) =>
        lines(
          headingsOf(await view.entries())
            .filter(({ node }) => node.states.level === level)
            .map(({ node }) => lineOf(node)),
        ),
    };
  }
  const chosen = selection(
    query,
    "page headings?|headings?|headlines?|headers?|sub-?headings?|page titles?",
  );
  if (!chosen || chosen.noun.startsWith("page title")) return null;
  const sub = chosen.noun.startsWith("sub");
  return {
    label: labelFor(sub ? "subheading" : "heading", chosen),
    answer: async (view) => {
      const entries = await view.entries();
      const found = within(entries, headingsOf(entries), chosen.inside);
      const kept = sub ? found.filter(({ node }) => (node.states.level ?? 2) > 1) : found;
      const some = isMain(query, chosen) && !sub ? mainFirst(kept) : kept;
      return lines(picked(some, chosen).map(({ node }) => lineOf(node)));
    },
  };
};

export function headingsOf(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ node }) => node.role === "heading" && lineOf(node) !== "");
}

function isMain(query: string, { pick, plural }: Selection): boolean {
  return !plural && pick.kind === "nth" && pick.n === 1 && !/^first/i.test(query);
}

/** The highest rank first; of the same rank, one outside the site's header. */
function mainFirst(found: readonly Entry[]): Entry[] {
  return found.toSorted(
    (a, b) => levelOf(a) - levelOf(b) || Number(inBanner(a)) - Number(inBanner(b)),
  );
}

function levelOf({ node }: Entry): number {
  return node.states.level ?? 2;
}

function inBanner(entry: Entry): boolean {
  for (let at = entry.parent; at; at = at.parent) if (at.node.role === "banner") return true;
  return false;
}

function outlineLine({ node }: Entry): string {
  return `${"#".repeat(node.states.level ?? 2)} ${lineOf(node)}`;
}
