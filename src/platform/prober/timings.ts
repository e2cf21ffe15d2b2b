import type { PhaseTimings } from "../../domain/monitor/probe.ts";

export type Phase = keyof PhaseTimings;

/** When each phase of one hop ended, in milliseconds from the hop's start. */
export type HopMarks = Partial<Record<Phase, number>>;

/** curl books at least a microsecond for a phase that it went through, so that 0 says "not reached". */
const LEAST_S = 1e-6;

/**
 * Sums hops as curl does (`Curl_pgrsTime`, lib/progress.c): each phase is the sum over the hops
 * of the time from the hop's own start to the end of that phase.
 * @returns Float seconds; a phase that no hop reached is 0.
 */
export function sumTimings(hops: readonly HopMarks[]): PhaseTimings {
  const sum = (phase: Phase): number => {
    let seconds = 0;
    for (const hop of hops) {
      const mark = hop[phase];
      if (mark !== undefined) seconds += Math.max(mark / 1000, LEAST_S);
    }
    return Math.round(seconds * 1e6) / 1e6;
  };
  return {
    namelookup: sum("namelookup"),
    connect: sum("connect"),
    pretransfer: sum("pretransfer"),
    starttransfer: sum("starttransfer"),
    total: sum("total"),
  };
}
