import { contains, type Entry, flatten, lineOf } from "../tree.ts";
import { likeness } from "../words.ts";
import { headingsOf } from "./headings.ts";
import { type Extractor, labelFor, lines, picked, selection } from "./question.ts";
import { within } from "./within.ts";

/** `the list`, `all lists`, `list items`, `the list of Ingredients`, `bullet points`. */
export const lists: Extractor = (query) => {
  const items = selection(query, "list items?|bullet points?|bullets|list entries");
  if (items) {
    return {
      label: "Items",
      answer: async (view) => {
        const entries = await view.entries();
        const list = items.inside === null ? null : listCalled(entries, items.inside);
        const found = entries.filter(({ node }) => node.role === "listitem");
        const inside = list
          ? found.filter((entry) => contains(list, entry))
          : within(entries, found, items.inside);
        return lines(picked(inside, items).map(({ node }) => lineOf(node)));
      },
    };
  }
  const chosen = selection(query, "(?:bulleted |numbered |ordered |unordered )?lists?");
  if (chosen && (chosen.inside === null || !/\bof\b/.test(query))) {
    return {
      label: labelFor("list", chosen),
      answer: async (view) => {
        const entries = await view.entries();
        const found = within(entries, listsOf(entries), chosen.inside);
        return lines(picked(found, chosen).map(listText), "\n\n");
      },
    };
  }
  const named =
    /^(?:list\s+(?:of|called|named|under)\s+(?:the\s+|all\s+)?(.+)|(.+?)\s+list)$/i.exec(query);
  const words = named?.[1] ?? named?.[2];
  if (!words) return null;
  return {
    label: "List",
    answer: async (view) => {
      const entries = await view.entries();
      const list = listCalled(entries, words);
      return list && listText(list);
    },
  };
};

function listCalled(entries: readonly Entry[], words: string): Entry | null {
  const scored = listsOf(entries)
    .map((entry) => ({ entry, score: likeness(words, nameOfList(entry, entries)).score }))
    .toSorted((a, b) => b.score - a.score);
  const [best] = scored;
  return best && best.score >= 0.58 ? best.entry : null;
}

/** Lists of content, not of links that lead around the site. */
function listsOf(entries: readonly Entry[]): Entry[] {
  const all = entries.filter(({ node }) => /^(?:list|listbox|DescriptionList)$/.test(node.role));
  const content = all.filter((entry) => {
    for (let at: Entry | null = entry; at; at = at.parent) {
      if (/^(?:navigation|banner|contentinfo)$/.test(at.node.role)) return false;
    }
    return true;
  });
  return content.length > 0 ? content : all;
}

function nameOfList(list: Entry, entries: readonly Entry[]): string {
  if (list.node.name !== "") return list.node.name;
  const heading = headingsOf(entries).findLast(({ index }) => index < list.index);
  const before = entries.findLast(
    ({ node, end }) => end < list.index && /^(?:paragraph|heading)$/.test(node.role),
  );
  const near = before && heading && before.index > heading.index ? lineOf(before.node) : "";
  return near !== "" && near.length < 60 ? near : heading ? lineOf(heading.node) : "";
}

function listText({ node }: Entry): string {
  return flatten(node)
    .filter(({ node: { role } }) => /^(?:listitem|option|term|definition)$/.test(role))
    .filter(({ parent }) => parent?.node.role !== "listitem" || parent.node === node)
    .map(({ node: item }) => `- ${lineOf(item)}`)
    .join("\n");
}
