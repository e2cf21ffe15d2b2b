import { nameOf } from "../describe.ts";
import { rank } from "../resolver.ts";
import { parseTarget } from "../target.ts";
import type { Entry } from "../tree.ts";
import { type Extractor, labelFor, lines, picked, selection } from "./question.ts";
import { within } from "./within.ts";

/** `all links`, `links in the footer`, `the link to Pricing`, `URL of the Pricing link`. */
export const links: Extractor = (query) => {
  const one =
    /^(?:(?:url|address|href|target)\s+of\s+(?:the\s+)?(?:link\s+(?:to|for|called|named)\s+)?(.+?)(?:\s+(?:link|button))?|link\s+(?:to|for|called|named)\s+(?:the\s+)?(.+)|(.+?)\s+link\s+(?:url|address|href))$/i.exec(
      query,
    );
  const words = one?.[1] ?? one?.[2] ?? one?.[3];
  if (words && !/^(?:(?:the|this|current)\s+)*(?:page|site|document)$/i.test(words)) {
    const target = parseTarget(`${words.replace(/["“”']/g, "")} link`, []);
    return {
      label: "Link",
      answer: async (view) => {
        const [best] = target ? rank(await view.tree(), target, "find") : [];
        return best && best.score >= 60 && best.node.url ? best.node.url : null;
      },
    };
  }
  const only =
    /^(?:all\s+(?:the\s+)?)?(?:link\s+)?(urls|addresses|hrefs)(?:\s+of\s+(?:all\s+)?(?:the\s+)?links)?(?:\s+(?:on|in)\s+(?:the\s+)?page)?$/i;
  const bare = only.test(query) && !/^(?:all\s+)?addresses/i.test(query);
  const chosen = bare ? selection("all links", "links") : selection(query, "hyperlinks?|links?");
  if (!chosen) return null;
  return {
    label: bare ? "URLs" : labelFor("link", chosen),
    answer: async (view) => {
      const entries = await view.entries();
      const found = picked(within(entries, linksOf(entries), chosen.inside), chosen);
      return lines(
        found.map(({ node }) => (bare ? (node.url ?? "") : `[${nameOf(node)}](${node.url})`)),
      );
    },
  };
};

export function linksOf(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ node }) => node.role === "link" && node.url !== undefined);
}
