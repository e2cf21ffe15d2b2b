import { type Entry, textOf } from "../tree.ts";
import { type Extractor, labelFor, lines, picked, selection } from "./question.ts";
import { within } from "./within.ts";

/** `the first paragraph`, `all paragraphs`, `first 3 paragraphs in the article`. */
export const paragraphs: Extractor = (query) => {
  const chosen = selection(query, "text paragraphs?|paragraphs?|p tags?");
  if (!chosen) return null;
  return {
    label: labelFor("paragraph", chosen),
    answer: async (view) => {
      const entries = await view.entries();
      const found = within(entries, paragraphsOf(entries), chosen.inside);
      return lines(
        picked(found, chosen).map(({ node }) => textOf(node)),
        "\n\n",
      );
    },
  };
};

function paragraphsOf(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ node }) => node.role === "paragraph" && textOf(node) !== "");
}
