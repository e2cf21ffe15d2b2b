import { textOf } from "../tree.ts";
import type { Extractor } from "./question.ts";

/** `the main text`, `article`, `summary`, `content`, `all text`. */
export const content: Extractor = (query) => {
  if (
    /^(?:all|whole|entire|full|visible)\s+(?:the\s+)?(?:visible\s+)?(?:page\s+)?(?:text|content)(?:\s+(?:of|on)\s+(?:the\s+)?page)?$|^page text$|^text\s+(?:of|on)\s+(?:the\s+|this\s+)?page$/i.test(
      query,
    )
  ) {
    return { label: "Text", answer: async (view) => textOf(await view.tree()) || null };
  }
  if (
    /^(?:page\s+|article\s+|short\s+)?summary(?:\s+of\s+(?:the\s+|this\s+)?(?:page|article|content))?$|^(?:description|summari[sz]e(?:\s+(?:the\s+|this\s+)?(?:page|article))?)$/i.test(
      query,
    )
  ) {
    return {
      label: "Summary",
      answer: async (view) => {
        const document = await view.document();
        for (const selector of ['meta[name="description"]', 'meta[property="og:description"]']) {
          const told = document.querySelector(selector)?.getAttribute("content")?.trim();
          if (told) return told;
        }
        const { text } = await view.article();
        return (
          text.split(/\n{2,}/).find((part) => part.length > 60) ?? (text.slice(0, 500) || null)
        );
      },
    };
  }
  const main =
    /^(?:(?:main|body|article|primary|page)\s+)*(?:text|content|contents|article|body|story|copy)(?:\s+(?:of|on|from)\s+(?:the\s+|this\s+)?(?:page|article|site))?$/i;
  if (!main.test(query)) return null;
  return {
    label: /article/i.test(query) ? "Article" : "Text",
    answer: async (view) => (await view.article()).text || null,
  };
};
