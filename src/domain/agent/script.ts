import type { ScriptRow, ScriptSummaryRow } from "../../store/script.ts";

/** What an account runs, without its text. Times in milliseconds since the epoch. */
export interface ScriptSummary {
  id: number;
  name: string;
  /** Bytes of its text. */
  size: number;
  /** What it was uploaded by, as the upload said; null when it did not. */
  source: string | null;
  createdAt: number;
  /** When its text or its name last changed. */
  updatedAt: number;
}

export interface Script extends ScriptSummary {
  text: string;
}

/** What a script store would show of a script: a form as JSON, and a page as Markdown. */
export interface StoreInfo {
  infoString: string;
  markdown: string;
}

export function scriptSummaryOf(row: ScriptSummaryRow): ScriptSummary {
  const { id, name, size, source, createdAt, updatedAt } = row;
  return { id, name, size, source, createdAt, updatedAt };
}

export function scriptOf(row: ScriptRow): Script {
  return { ...scriptSummaryOf(row), text: row.text };
}
