import type { NewVisit } from "../../domain/telemetry/index.ts";
import type { HubSql } from "./sql.ts";

/** Stands before each field. What is searched for never holds it, so it finds beginnings. */
const START = "\u0002";
/** Length of the index's terms, in characters. */
const TRIGRAM = 3;
const MAX_SEARCH_LENGTH = 200;

/** Adds a visit to the trigram index. */
export function indexVisit(sql: HubSql, no: number, visit: NewVisit): void {
  sql.run("INSERT INTO visits_text (rowid, text) VALUES (?, ?)", no, searchText(visit));
}

/**
 * Each field behind two marks: with them even a single character has a trigram of its own where
 * a field begins, so that short searches are prefixes and need no index of their own.
 */
function searchText({ id, profileId, proxy }: NewVisit): string {
  return [id, profileId, proxy ?? ""]
    .filter((field) => field !== "")
    .map((field) => START + START + plain(field))
    .join("");
}

/** The full-text query for a search; null for one that is empty. Upper and lower case are alike. */
export function matchOf(search: string): string | null {
  const wanted = plain(search).trim().slice(0, MAX_SEARCH_LENGTH);
  const length = [...wanted].length;
  if (length === 0) return null;
  const marks = START.repeat(Math.max(0, TRIGRAM - length));
  return `"${marks}${wanted.replaceAll('"', '""')}"`;
}

/** Control characters would end the text, or be taken for a mark. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u001f]/g, " ");
}
