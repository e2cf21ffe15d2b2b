import type { Sums, Totals, VisitStatus } from "./telemetry.ts";

export const NO_TOTALS: Totals = {
  visits: 0,
  active: 0,
  completed: 0,
  failed: 0,
  events: 0,
  seconds: 0,
  timed: 0,
  dropped: 0,
};

/** One visit more, in the state that it was announced in. */
export function withVisit(totals: Sums): Sums {
  return { ...totals, visits: totals.visits + 1, active: totals.active + 1 };
}

/** An active visit that ended. The average is over what is told of visits, as a recount finds it. */
export function withEnd(
  totals: Sums,
  status: Exclude<VisitStatus, "active">,
  duration: number | null,
): Sums {
  return {
    ...totals,
    active: totals.active - 1,
    completed: totals.completed + (status === "completed" ? 1 : 0),
    failed: totals.failed + (status === "failed" ? 1 : 0),
    seconds: totals.seconds + (duration ?? 0),
    timed: totals.timed + (duration === null ? 0 : 1),
  };
}

/** Successful ÷ all × 100, to two decimals. */
export function successRate({ completed, visits }: Totals): number {
  return visits === 0 ? 0 : round((completed / visits) * 100);
}

/** Seconds, to two decimals. */
export function averageDuration({ seconds, timed }: Totals): number {
  return timed === 0 ? 0 : round(seconds / timed);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
