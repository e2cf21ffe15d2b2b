/**
 * What `in-page.js` offers, for the code outside. The functions are never called here: their
 * source is sent into a page (`evaluate.ts`), with an element as `this` where they take one.
 * They are JavaScript because the DOM's types and those of Workers exclude each other in one
 * TypeScript program; `tsconfig.json` beside them checks the one against the other.
 */

/** What a click at a point comes to. */
export type Aim =
  /** The mouse reaches it. */
  | { how: "mouse" }
  /** Something that belongs to it lies above: only the DOM's own click reaches it. */
  | { how: "dom" }
  | { how: "outside" }
  | { how: "covered"; by: string }
  | { how: "hidden" | "disabled" | "gone" };

export interface RawFacts {
  tag: string;
  attributes: Record<string, string>;
  box?: { x: number; y: number; width: number; height: number };
  /** Index into what {@link formsOf} gives. */
  form?: number;
}

export interface FrameContent {
  origin: string;
  /** Null when it is over the limit. */
  items: [string, string][] | null;
  hasSessionStorage: boolean;
  hasTypedText: boolean;
}

/**
 * Judges a click at `x`, `y`; `left` and `top` are the element's own, both as the whole page
 * has them, which a frame cannot know.
 */
export function aim(this: unknown, x: number, y: number, left: number, top: number): Aim;
export function label(this: unknown): unknown;
export function domClick(this: unknown, count: number): void;
export function bringIntoView(this: unknown): void;
export function factsOf(this: unknown, ...others: unknown[]): (RawFacts | null)[];
export function formsOf(this: unknown, ...others: unknown[]): unknown[];
export function scrollPage(direction: string): void;
export function readFrame(limit: number): FrameContent | null;
export function writeStorage(items: [string, string][]): number;
export function title(): string;
export function serialize(): string;
export function find(selector: string): unknown;
export function boxInPage(
  this: unknown,
): { x: number; y: number; width: number; height: number } | null;
