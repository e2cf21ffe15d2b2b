/** What `in-page-fields.js` offers; see `in-page.d.ts`. */

/** A value that a page answered with, or why it could not. */
export type Answer<T> = ({ fault?: never } & T) | { fault: string };

/** Focuses a field and selects what is in it; `done` when its value could be set at once. */
export function prepareFill(
  this: unknown,
  text: string,
): Answer<{ how: "typing" | "done"; value: string }>;
/** Tells the page of the change; `changed` when the field made something else of the text. */
export function finishFill(this: unknown, expected: string): "taken" | "changed" | "refused";
/** Selects all that is in the field with the focus. */
export function selectAll(this: unknown): void;
export function chooseOptions(this: unknown, ...options: unknown[]): Answer<object>;
export function focusIt(this: unknown): Answer<object>;
