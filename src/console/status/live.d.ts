/**
 * What `live.js` offers. The function is never called here: its source is sent with the page. It
 * is JavaScript because the DOM's types and those of Workers exclude each other in one TypeScript
 * program; `tsconfig.json` beside it checks the one against the other.
 */

export interface LiveOptions {
  /** Path of the WebSocket, on the page's own host. */
  socket: string;
  /** What happened after this is asked for at first; milliseconds since the epoch. */
  since: number;
  /** Rows in the table of checks. */
  rows: number;
}

/** One message of the WebSocket. */
export type LiveMessage =
  /** A check was made. Both are HTML; `title` is the state in words. */
  | { type: "check"; seq: number; state: string; title: string; row: string }
  /** Something else changed, or some messages were left out: the page is asked for again. */
  | { type: "changed" | "gap" };

/** Keeps a page up to date for as long as it is open. */
export function live(options: LiveOptions): void;
