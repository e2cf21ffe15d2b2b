import { HOUR_MS, hourOf } from "../../domain/monitor/due.ts";
import type { Check, Stat } from "../../domain/monitor/monitor.ts";
import type { OpenBilling } from "../../domain/monitor/shard.ts";

/** Sums by monitor, hour and checker. */
export function statsOf(checks: readonly Check[]): Stat[] {
  const sums = new Map<string, Stat>();
  for (const { monitorId, at, checker, passed, timings, documentLength } of checks) {
    const from = hourOf(at) * HOUR_MS;
    const key = `${monitorId}:${from}:${checker}`;
    const sum = sums.get(key) ?? { ...EMPTY, monitorId, from, to: from + HOUR_MS - 1, checker };
    sums.set(key, {
      ...sum,
      checks: sum.checks + 1,
      passed: sum.passed + (passed ? 1 : 0),
      timings: {
        namelookup: sum.timings.namelookup + timings.namelookup,
        connect: sum.timings.connect + timings.connect,
        pretransfer: sum.timings.pretransfer + timings.pretransfer,
        starttransfer: sum.timings.starttransfer + timings.starttransfer,
        total: sum.timings.total + timings.total,
      },
      documentLength: sum.documentLength + documentLength,
    });
  }
  return [...sums.values()];
}

/** What checks cost, by hour and kind; a push monitor's cost nothing. */
export function unitsOf(checks: readonly Check[]): OpenBilling[] {
  const sums = new Map<string, OpenBilling>();
  for (const { at, word, via } of checks) {
    if (via === "signal") continue;
    const hour = hourOf(at);
    const kind = word === "" ? "uptime" : "content";
    const key = `${hour}:${kind}`;
    sums.set(key, { hour, kind, units: (sums.get(key)?.units ?? 0) + 1 });
  }
  return [...sums.values()];
}

const EMPTY = {
  checks: 0,
  passed: 0,
  timings: { namelookup: 0, connect: 0, pretransfer: 0, starttransfer: 0, total: 0 },
  documentLength: 0,
};
