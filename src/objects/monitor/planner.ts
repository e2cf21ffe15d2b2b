import { checkIdOf, FIRST_EXTRA_TURN, MAX_TURN } from "../../domain/monitor/check-id.ts";
import type { ExtraRequest } from "../../domain/monitor/owned.ts";
import { bucketOf, dueMoments, dueNumber, minuteOf } from "../../domain/monitor/due.ts";
import type { ProbeRequest } from "../../domain/monitor/probe.ts";
import { PROBE_TIMEOUT_MS } from "../../domain/monitor/rules.ts";
import type { DueQuery } from "../../domain/monitor/shard.ts";
import { regionForDue } from "../../domain/monitor/turns.ts";
import { type Item, owesSince, type Roster } from "./roster.ts";

/** A check that is to be made, before it is known what it asks for. */
export interface Plan {
  id: number;
  item: Item;
  region: string;
}

/** The checks that a query's ten seconds hold, whether they were made or not. */
export function plansFor(
  roster: Roster,
  { minute, bucket }: DueQuery,
  regions: readonly string[],
  aside: ReadonlySet<string>,
): Plan[] {
  const plans: Plan[] = [];
  for (const { rhythm, items } of roster.byRhythm()) {
    for (const { second, turn } of dueMoments(rhythm, minute)) {
      if (bucketOf(second) !== bucket) continue;
      const number = dueNumber(rhythm, minute, second);
      for (const item of items) {
        if (owesSince(item) > minute) continue;
        const id = checkIdOf({ minute, monitorId: item.id, turn });
        plans.push({ id, item, region: regionForDue(regions, item.id, number, aside) });
      }
    }
  }
  return plans;
}

/** A number for a check outside the rhythm, in this minute; null when they are used up. */
export function freeCheckId(
  monitorId: number,
  now: number,
  isTaken: (id: number) => boolean,
): number | null {
  const minute = minuteOf(now);
  for (let turn = FIRST_EXTRA_TURN; turn <= MAX_TURN; turn += 1) {
    const id = checkIdOf({ minute, monitorId, turn });
    if (!isTaken(id)) return id;
  }
  return null;
}

export function requestOf(item: Item, extra: ExtraRequest, certificate: boolean): ProbeRequest {
  return {
    url: item.url ?? "",
    method: item.method,
    headers: extra.headers,
    body: extra.body,
    userAgent: item.userAgent,
    followRedirects: item.followRedirects,
    word: item.word === "" ? null : item.word,
    wordAbsent: item.wordAbsent === "" ? null : item.wordAbsent,
    timeoutMs: PROBE_TIMEOUT_MS,
    certificate,
  };
}
