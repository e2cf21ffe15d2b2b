import type { NodeRef, PageNode } from "../domain/page.ts";

/** A node with its surroundings, in document order. */
export interface Entry {
  node: PageNode;
  parent: Entry | null;
  /** Place in document order. */
  index: number;
  /** Index of the last node inside it. */
  end: number;
  depth: number;
}

/** What is written in fields belongs to the person who typed it: such nodes are left out. */
function isFieldContent(node: PageNode, parent: Entry | null): boolean {
  return node.states.editable === true && parent?.node.states.editable === true;
}

/** The tree as a list in document order, without the parts of text lines and field contents. */
export function flatten(root: PageNode): Entry[] {
  const entries: Entry[] = [];
  const visit = (node: PageNode, parent: Entry | null, depth: number): void => {
    if (node.role === "InlineTextBox" || isFieldContent(node, parent)) return;
    const entry: Entry = { node, parent, index: entries.length, end: entries.length, depth };
    entries.push(entry);
    for (const child of node.children) visit(child, entry, depth + 1);
    entry.end = entries.length - 1;
  };
  visit(root, null, 0);
  return entries;
}

export function contains(outer: Entry, inner: Entry): boolean {
  return inner.index >= outer.index && inner.index <= outer.end;
}

/** The nearest ancestor, or the entry itself, that fits. */
export function closest(entry: Entry, fits: (entry: Entry) => boolean): Entry | null {
  for (let at: Entry | null = entry; at; at = at.parent) if (fits(at)) return at;
  return null;
}

/** The smallest entry that holds both. */
export function common(a: Entry, b: Entry): Entry {
  return closest(a, (entry) => contains(entry, b)) ?? a;
}

/** The children that hold options, of a native select or a list box. */
export function optionsOf(node: PageNode): PageNode[] {
  return node.children.flatMap((child) =>
    child.role === "option" || child.role === "MenuListOption" ? [child] : optionsOf(child),
  );
}

/** True for what a person can write into. */
export function isEditable({ role, states }: PageNode): boolean {
  if (states.editable) return true;
  return /^(?:textbox|searchbox|spinbutton|slider|Date|DateTime|InputTime|ColorWell)$/.test(role);
}

const BLOCK =
  /^(?:paragraph|heading|list|listitem|table|row|group|section|region|article|main|banner|contentinfo|navigation|complementary|form|blockquote|DescriptionList|term|definition|figure|Figcaption|caption|dialog|generic|RootWebArea|separator|Pre|code|search|note|alert|status|log|feed)$/;

const NAMED_BY_CONTENT =
  /^(?:heading|link|button|option|tab|menuitem|cell|gridcell|columnheader|rowheader)$/;

/** What is written in a node, as a reader sees it: one line a block, single blanks. */
export function textOf(root: PageNode): string {
  let text = "";
  const blanks = keepsBlanks(root);
  const visit = (node: PageNode, editable: boolean): void => {
    if (editable && node.states.editable) return;
    if (node.role === "InlineTextBox" || node.role === "ListMarker") return;
    if (node.role === "LineBreak") {
      text += "\n";
      return;
    }
    if (node.role === "StaticText") {
      text = join(text, node.name, blanks);
      return;
    }
    // Names computed from what is inside have the white space right.
    if (node.name !== "" && NAMED_BY_CONTENT.test(node.role) && !isEditable(node)) {
      text = node.role === "heading" ? `${text}\n${node.name}\n` : join(text, node.name);
      if (/^(?:cell|gridcell|columnheader|rowheader)$/.test(node.role)) text += "\t";
      return;
    }
    const block = BLOCK.test(node.role);
    if (block) text += "\n";
    const before = text.length;
    for (const child of node.children) visit(child, node.states.editable === true);
    // Names that stand for content: pictures, and controls whose text is not in the tree.
    if (text.length === before && node.name && !isEditable(node)) text = join(text, node.name);
    if (/^(?:cell|gridcell|columnheader|rowheader)$/.test(node.role)) text += "\t";
    if (block) text += "\n";
  };
  visit(root, false);
  return tidyLines(text);
}

/** Whether texts still have the blanks at their edges, which tell where words end. */
function keepsBlanks(node: PageNode): boolean {
  if (node.role === "StaticText") return /^\s|\s$/.test(node.name);
  return node.children.some((child) => keepsBlanks(child));
}

/**
 * Where the white space at the edges of inline elements was folded away, a blank is put between
 * two texts unless they look like one (`£12.` `50`, `text` `.`).
 */
function join(text: string, more: string, blanks = false): string {
  if (text === "" || more === "" || /\s$/.test(text) || /^\s/.test(more)) return text + more;
  if (blanks && !/[\p{Ll}\p{N}]$/u.test(text)) return text + more;
  if (blanks && !/^[\p{Lu}\p{N}]/u.test(more)) return text + more;
  if (/\d[.,]$/.test(text) && /^\d{2}(?!\d)/.test(more)) return text + more;
  if (/^[.,;:!?)\]}%’'”]/.test(more) || /[([{“‘'#@/$€£]$/.test(text)) return text + more;
  return `${text} ${more}`;
}

function tidyLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}

/** On one line. */
export function lineOf(node: PageNode): string {
  return textOf(node).replaceAll("\n", " ");
}

export function refsOf(entries: readonly Entry[]): NodeRef[] {
  return entries.map(({ node }) => node.ref);
}
