/**
 * A web page as plain words see it: the browser's accessibility tree, and the few things a
 * person can do to what is in it. `platform/browser` implements it over CDP; `language`
 * reads and works it. Every method rejects with a `Fault` TIMEOUT when the command's time is
 * up, and with UNAVAILABLE when the browser is gone.
 */

/** Names one element of one page, until that page is replaced. Opaque to all but the browser. */
export type NodeRef = string;

/** ARIA states and properties, as far as the browser computed them. */
export interface NodeStates {
  disabled?: boolean;
  checked?: boolean | "mixed";
  selected?: boolean;
  expanded?: boolean;
  focused?: boolean;
  focusable?: boolean;
  required?: boolean;
  readonly?: boolean;
  multiline?: boolean;
  editable?: boolean;
  modal?: boolean;
  /** Of headings and tree items, from 1. */
  level?: number;
}

/** One node of the accessibility tree; ignored nodes are left out and their children lifted. */
export interface PageNode {
  ref: NodeRef;
  /** ARIA role as Chromium names it: `button`, `textbox`, `link`, `StaticText`, `RootWebArea`… */
  role: string;
  /** Accessible name, white space folded; "" when it has none. */
  name: string;
  /** Accessible description, placeholder included. */
  description?: string;
  /** Current value of inputs. Never written to events or logs. */
  value?: string;
  /** Where a link leads. */
  url?: string;
  states: NodeStates;
  children: PageNode[];
}

/** HTML facts that the tree lacks, read for a few candidates at a time. */
export interface ElementFacts {
  /** Lower-case tag name. */
  tag: string;
  /** `id`, `name`, `type`, `placeholder`, `title`, `alt`, `autocomplete`, `href`, `data-testid`, `class`. */
  attributes: Record<string, string>;
  /** Ref of the form the element belongs to. */
  form?: NodeRef;
  /** In CSS pixels, relative to the viewport; absent when it is not rendered. */
  box?: { x: number; y: number; width: number; height: number };
}

export type ScrollTarget = "up" | "down" | "left" | "right" | "top" | "bottom" | { ref: NodeRef };

export interface Page {
  /** Address of the main document, now. */
  url(): string;
  title(): Promise<string>;
  /** The accessibility tree of the main frame, its frames grafted in. */
  tree(): Promise<PageNode>;
  /** Facts about elements, in the order of `refs`; null where one is gone. */
  facts(refs: NodeRef[]): Promise<(ElementFacts | null)[]>;
  /** The serialized document. */
  html(): Promise<string>;
  /** Scrolls it into view and clicks its middle, with a real mouse. */
  click(ref: NodeRef, options?: { count?: 1 | 2; button?: "left" | "right" }): Promise<void>;
  hover(ref: NodeRef): Promise<void>;
  /** Replaces what is in a field, by real key strokes where the field needs them. */
  fill(ref: NodeRef, text: string): Promise<void>;
  /** Picks options of a `<select>` by the refs of its options. */
  choose(ref: NodeRef, options: NodeRef[]): Promise<void>;
  /** A key or chord as in `KeyboardEvent.key`: `Enter`, `ArrowDown`, `Control+a`. Focuses `ref` first. */
  press(key: string, ref?: NodeRef): Promise<void>;
  scroll(target: ScrollTarget): Promise<void>;
  /** One step back in history; false when there is none. */
  back(): Promise<boolean>;
  forward(): Promise<boolean>;
  reload(): Promise<void>;
  navigate(url: string): Promise<void>;
}

/** What an order in plain words did. */
export const ACTIONS = [
  "click",
  "double_click",
  "type",
  "select",
  "check",
  "uncheck",
  "press",
  "scroll",
  "hover",
  "back",
  "forward",
  "reload",
  "navigate",
] as const;
export type ActionName = (typeof ACTIONS)[number];

export interface ActionReport {
  action: ActionName;
  /** What it was done to, in words a person recognizes: `Sign In button`. Never what was typed. */
  element: string;
}

export interface ConditionReport {
  met: boolean;
  /** What was looked for and what was seen, one sentence. */
  details: string;
}

/**
 * The understanding of plain words. What it cannot resolve is a `Fault` BAD_REQUEST that says
 * what it looked for and names the nearest candidates, and never repeats what was to be typed.
 */
export interface Language {
  /** Carries out one order, such as `Click the Sign In button`. */
  act(page: Page, command: string): Promise<ActionReport>;
  /** Answers one question, such as `Extract the main heading and first paragraph`. */
  extract(page: Page, query: string): Promise<string>;
  /** Parses a condition once, such as `the text "Welcome" appears`; the check may run often. */
  condition(words: string): (page: Page) => Promise<ConditionReport>;
  /** The page's main text as Markdown. */
  markdown(page: Page): Promise<string>;
}
