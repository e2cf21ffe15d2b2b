import type { ProbeRequest, ProbeResult } from "../../domain/monitor/probe.ts";
import { isRedirect, type Redirecting } from "./redirects.ts";

export type Rules = Pick<ProbeRequest, "word" | "wordAbsent">;

/** True when the document itself must be looked at. */
export function wantsText({ word, wordAbsent }: Rules): boolean {
  return isSet(word) || isSet(wordAbsent);
}

/**
 * What is wrong with a final answer; null when it passes: a status of 2xx, the word in it, the
 * forbidden word not in it.
 * @param text The decoded document; asked for only when a word is to be looked for.
 */
export function verdict(
  answer: Redirecting & { reason: string },
  rules: Rules,
  text: () => string,
): ProbeResult["error"] {
  const { code } = answer;
  if (isRedirect(answer)) {
    return { kind: "redirect_forbidden", message: `answered with a redirect (${code})` };
  }
  if (code < 200 || code > 299) {
    return { kind: "status", message: `answered ${`${code} ${printable(answer.reason)}`.trim()}` };
  }
  if (!wantsText(rules)) return null;
  const document = text();
  if (isSet(rules.word) && !document.includes(rules.word)) {
    return { kind: "word_missing", message: `the document does not contain ${quoted(rules.word)}` };
  }
  if (isSet(rules.wordAbsent) && document.includes(rules.wordAbsent)) {
    return { kind: "word_present", message: `the document contains ${quoted(rules.wordAbsent)}` };
  }
  return null;
}

function isSet(word: string | null): word is string {
  return word !== null && word !== "";
}

function quoted(word: string): string {
  return `"${word.length > 80 ? `${word.slice(0, 80)}…` : word}"`;
}

/** The server chose these words: no more of them than fits a line. */
function printable(reason: string): string {
  return reason.replace(/[^\x20-\x7E]/g, "").slice(0, 60);
}
