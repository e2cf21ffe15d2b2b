/**
 * What `browse.js` offers. The function is never called here: its source is sent with the page,
 * and `tsconfig.json` beside it checks it under the DOM's types.
 */

export interface BrowseOptions {
  /** Path of the report. */
  base: string;
  /** How many pieces it has. */
  pieces: number;
}

/** A crate, as a piece tells it. */
export interface BrowseRow {
  position: number;
  name: string;
  category: string;
  results: (string | null)[];
  logs: boolean[];
}

/** Shows the crates that are searched for. */
export function browse(options: BrowseOptions): void;
