import { Fault } from "../domain/errors.ts";

/** Bytes of HTML, about, above which a page is not parsed. */
const MOST_HTML = 5_000_000;

/** A parsed document, as far as it is used here; `linkedom` makes it. */
export interface ParsedDocument {
  title: string;
  body: ParsedElement;
  querySelector(selector: string): ParsedElement | null;
  querySelectorAll(selector: string): Iterable<ParsedElement>;
}

export interface ParsedElement {
  textContent: string;
  outerHTML: string;
  getAttribute(name: string): string | null;
  remove(): void;
}

/** The part of a page that people come to read. */
export interface Article {
  title: string;
  /** Plain text, a line a block. */
  text: string;
  markdown: string;
}

/** @throws Fault PAYLOAD_TOO_LARGE above 5 MB. */
export async function parseDocument(html: string): Promise<ParsedDocument> {
  if (html.length > MOST_HTML) {
    throw new Fault(
      "PAYLOAD_TOO_LARGE",
      `The page has ${Math.round(html.length / 1e6)} MB of HTML; at most 5 MB are read.`,
    );
  }
  const { parseHTML } = await import("linkedom");
  // Documents without a body element get one, so that every reader finds it.
  const whole = /<body[\s>]/i.test(html) ? html : `<html><head></head><body>${html}</body></html>`;
  return parseHTML(whole).document as unknown as ParsedDocument;
}

/**
 * Finds the main text of a document with Readability; all of the body when there is none.
 * Relative addresses are made absolute against `url`.
 */
export async function readArticle(html: string, url: string): Promise<Article> {
  const [{ Readability }, { default: Turndown }, document] = await Promise.all([
    import("@mozilla/readability"),
    import("turndown"),
    parseDocument(html),
  ]);
  for (const element of document.querySelectorAll("script,style,noscript,template,svg,iframe")) {
    element.remove();
  }
  absolute(document, url);
  const title = document.title.trim();
  const whole = document.body.outerHTML;
  const found = new Readability(document as never, { charThreshold: 200 }).parse();
  const content = found?.content?.trim() ? found.content : whole;
  const turndown = new Turndown({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
  });
  const element = (await parseDocument(content)).body;
  const markdown = turndown.turndown(element as never).trim();
  return { title: found?.title?.trim() || title, text: plain(markdown), markdown };
}

function absolute(document: ParsedDocument, url: string): void {
  for (const attribute of ["href", "src"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const value = element.getAttribute(attribute) ?? "";
      const resolved = URL.parse(value, url)?.href;
      if (resolved !== undefined && !value.startsWith("#")) {
        (element as unknown as { setAttribute(name: string, value: string): void }).setAttribute(
          attribute,
          resolved,
        );
      }
    }
  }
}

/** Markdown without its signs. */
function plain(markdown: string): string {
  return markdown
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^#{1,6}\s+/gm, "")
    .replace(/(\*\*|__)(.+?)\1/g, "$2")
    .replace(/\\([\\`*_{}[\]()#+\-.!>])/g, "$1")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
