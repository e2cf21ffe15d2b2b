import { Fault } from "../domain/errors.ts";

/** Characters of HTML above which a page is not parsed. */
const MOST_HTML = 5_000_000;
/** Levels of elements above which all of a page is its main text: Readability would take minutes. */
const MOST_LEVELS = 250;

/** A parsed document, as far as it is used here; `linkedom` makes it. */
export interface ParsedDocument {
  title: string;
  body: ParsedElement;
  querySelector(selector: string): ParsedElement | null;
  querySelectorAll(selector: string): Iterable<ParsedElement>;
}

export interface ParsedElement {
  nodeType: number;
  localName: string;
  textContent: string;
  innerHTML: string;
  childNodes: Iterable<ParsedElement>;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  remove(): void;
}

/** The part of a page that people come to read. */
export interface Article {
  title: string;
  /** Plain text: a line a block, a blank line between paragraphs. */
  text: string;
  markdown: string;
}

/** @throws Fault PAYLOAD_TOO_LARGE above 5 MB. */
export async function parseDocument(html: string): Promise<ParsedDocument> {
  if (html.length > MOST_HTML) {
    throw new Fault(
      "PAYLOAD_TOO_LARGE",
      `The page has ${(html.length / 1e6).toFixed(1)} MB of HTML; at most 5 MB are read.`,
    );
  }
  const { parseHTML } = await import("linkedom");
  // Fragments get a body element, so that every reader finds one.
  const whole = /<body[\s>]/i.test(html) ? html : `<html><head></head><body>${html}</body></html>`;
  return shallow(() => parseHTML(whole).document as unknown as ParsedDocument);
}

/** Parsers and writers recurse; a script can nest elements deeper than their stack. */
function shallow<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Fault("BAD_REQUEST", "The page's elements are nested too deeply to be read.");
  }
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
  const { title, content } = shallow(() => {
    for (const element of document.querySelectorAll(UNREAD)) element.remove();
    makeAbsolute(document, url);
    const whole = document.body.innerHTML;
    const name = document.title.trim();
    // The parser's document has what Readability uses, but not the type of a browser's.
    const found = isDeep(document.body)
      ? null
      : new Readability(document as never, { charThreshold: 200 }).parse();
    return {
      title: found?.title?.trim() || name,
      content: found?.content?.trim() ? found.content : whole,
    };
  });
  const { body } = await parseDocument(content);
  const turndown = new Turndown({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
  });
  return shallow(() => ({
    title,
    text: blockText(body),
    markdown: turndown.turndown(body as never).trim(),
  }));
}

function isDeep(body: ParsedElement): boolean {
  const open: [ParsedElement, number][] = [[body, 1]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [element, level] = next;
    if (level > MOST_LEVELS) return true;
    for (const child of element.childNodes) open.push([child, level + 1]);
  }
  return false;
}

const UNREAD = "script,style,noscript,template,svg,iframe,[hidden],[aria-hidden=true]";

function makeAbsolute(document: ParsedDocument, url: string): void {
  for (const attribute of ["href", "src"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const value = element.getAttribute(attribute) ?? "";
      const resolved = value.startsWith("#") ? undefined : URL.parse(value, url)?.href;
      if (resolved !== undefined) element.setAttribute(attribute, resolved);
    }
  }
}

const LINE = /^(?:br|tr|li|dt|dd|figcaption|option|label|button|summary)$/;
const BLOCK =
  /^(?:p|div|section|article|main|header|footer|aside|h[1-6]|ul|ol|dl|table|blockquote|pre|form|figure|fieldset|hr)$/;
const SILENT = /^(?:select|option|textarea)$/;

/** The text of an element as it reads: blocks apart, cells of a row by tabs. */
function blockText(root: ParsedElement): string {
  let text = "";
  const visit = (node: ParsedElement): void => {
    if (node.nodeType === 3) {
      text += node.textContent.replace(/\s+/g, " ");
      return;
    }
    if (node.nodeType !== 1 || SILENT.test(node.localName)) return;
    const edge = BLOCK.test(node.localName) ? "\n\n" : LINE.test(node.localName) ? "\n" : "";
    text += node.localName === "li" ? "\n- " : edge;
    for (const child of node.childNodes) visit(child);
    text += /^t[dh]$/.test(node.localName) ? "\t" : edge;
  };
  visit(root);
  return text
    .replace(/[ \t]*\n[ \t]*/g, "\n")
    .replace(/(?:^|\n)-[ \t]*\n+/g, "\n- ")
    .replace(/ {2,}/g, " ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
