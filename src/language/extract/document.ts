import { type Extractor, labelFor, lines, picked, selection } from "./question.ts";

/** What only the HTML tells: `title`, `URL`, `meta description`, `images`, `language`. */
export const documentFacts: Extractor = (query) => {
  if (
    /^(?:(?:page|document|tab|window|browser)\s+)?title(?:\s+(?:of|on)\s+(?:the\s+|this\s+)?(?:page|document|tab|site))?$/i.test(
      query,
    )
  ) {
    return { label: "Title", answer: async ({ page }) => (await page.title()) || null };
  }
  if (
    /^(?:(?:page|current|site|website|document)\s+)*(?:url|address|location)(?:\s+of\s+(?:the\s+|this\s+)?(?:current\s+)?(?:page|site|document))?$/i.test(
      query,
    )
  ) {
    return { label: "URL", answer: async ({ page }) => page.url() };
  }
  const meta =
    /^(?:(?:page|site)\s+)?(?:meta|seo|page|site|open graph|og)[- ](description|keywords|author|image|title|robots)(?:\s+of\s+(?:the\s+)?page)?$/i.exec(
      query,
    )?.[1] ?? /^(author|keywords)(?:\s+of\s+(?:the\s+)?(?:page|article))?$/i.exec(query)?.[1];
  if (meta) {
    const name = meta.toLowerCase();
    return {
      label: name.charAt(0).toUpperCase() + name.slice(1),
      answer: async (view) => {
        const document = await view.document();
        const selectors = [`meta[name="${name}"]`, `meta[property="og:${name}"]`];
        for (const selector of selectors) {
          const content = document.querySelector(selector)?.getAttribute("content")?.trim();
          if (content) return content;
        }
        return null;
      },
    };
  }
  if (/^canonical(?:\s+(?:url|link|address))?$/i.test(query)) {
    return {
      label: "Canonical URL",
      answer: async (view) =>
        (await view.document()).querySelector('link[rel="canonical"]')?.getAttribute("href") ??
        null,
    };
  }
  if (/^(?:(?:page|document)\s+)?language(?:\s+of\s+(?:the\s+)?page)?$/i.test(query)) {
    return {
      label: "Language",
      answer: async (view) =>
        (await view.document()).querySelector("html")?.getAttribute("lang") ?? null,
    };
  }
  return images(query);
};

const images: Extractor = (query) => {
  const chosen = selection(
    query,
    "image urls?|images?|pictures?|photos?|img tags?|image sources?|image alt texts?|alt texts?",
  );
  if (!chosen) return null;
  return {
    label: labelFor("image", chosen),
    answer: async (view) => {
      const document = await view.document();
      const found = [...document.querySelectorAll("img")].flatMap((image) => {
        const source = image.getAttribute("src") ?? image.getAttribute("data-src") ?? "";
        const url = URL.parse(source, view.page.url())?.href;
        return url && source !== "" ? [{ alt: image.getAttribute("alt")?.trim() ?? "", url }] : [];
      });
      const some = picked(found, chosen);
      if (/alt/.test(chosen.noun)) return lines(some.map(({ alt }) => alt));
      if (/url|source/.test(chosen.noun)) return lines(some.map(({ url }) => url));
      return lines(some.map(({ alt, url }) => `![${alt}](${url.slice(0, 2000)})`));
    },
  };
};
