import type { Place } from "../order.ts";
import { scope } from "../places.ts";
import type { Entry } from "../tree.ts";

/** The entries of `pool` that stand in (under, next to) what is named; all when nothing is. */
export function within(
  entries: readonly Entry[],
  pool: readonly Entry[],
  words: string | null,
  relation: Place["relation"] = "in",
): Entry[] {
  if (words === null) return [...pool];
  const place: Place = { relation, words: words.replace(/["“”']/g, "") };
  return scope(entries, pool, [place]) ?? [];
}
