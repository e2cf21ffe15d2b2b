import type { Language } from "../domain/page.ts";
import { act } from "./act.ts";
import { readArticle } from "./article.ts";
import { condition } from "./condition.ts";
import { extract } from "./extract/index.ts";

export interface LanguageOptions {
  /** Milliseconds between looks at a page on which something is not there yet. */
  patience?: readonly number[];
}

/**
 * The rule-based understanding of plain English over a page's accessibility tree; no model.
 *
 * @example
 * const language = createLanguage();
 * await language.act(page, "Enter 'user@example.com' in email field");
 * await language.extract(page, "Extract the main heading and first paragraph");
 */
export function createLanguage({ patience = [150, 350, 700] }: LanguageOptions = {}): Language {
  return {
    act: (page, command) => act(page, command, patience),
    extract: (page, query) => extract(page, query, condition),
    condition,
    markdown: async (page) => {
      const { title, markdown } = await readArticle(await page.html(), page.url());
      return title && !markdown.startsWith("# ") ? `# ${title}\n\n${markdown}` : markdown;
    },
  };
}
