/** How a crate fares under one toolchain and the other. Pure. */

export const CATEGORIES = [
  "regressed",
  "fixed",
  "spurious",
  "broken",
  "error",
  "skipped",
  "same",
  "unknown",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** Results that may be otherwise next time, as GLOB patterns. */
export const FAILURES = [
  "*:network-access*",
  "*:docker*",
  "*:timeout*",
  "*:oom*",
  "error*",
  "prepare-fail*",
  "build-fail*",
  "test-fail*",
];

/** What failed for reasons outside the crate: no other run need fail like it. */
const SPURIOUS = /:(?:network-access|docker|timeout|oom|no-space|unknown)\b/;

type Outcome =
  | "pass"
  | "test-fail"
  | "build-fail"
  | "prepare-fail"
  | "broken"
  | "skipped"
  | "error";

function outcomeOf(result: string): Outcome {
  const word = result.split(":", 1)[0] ?? "";
  switch (word) {
    case "test-pass":
    case "test-skipped":
      return "pass";
    case "test-fail":
    case "build-fail":
    case "prepare-fail":
    case "broken":
    case "skipped":
      return word;
    default:
      return "error";
  }
}

/** From worst to best, of those that say something about the crate. */
const RANK: Partial<Record<Outcome, number>> = { "build-fail": 0, "test-fail": 1, pass: 2 };

/**
 * The category of a crate by its results, the first toolchain against the last; null for a result
 * that did not come.
 */
export function categoryOf(results: readonly (string | null)[]): Category {
  const first = results[0] ?? null;
  const last = results.at(-1) ?? null;
  if (first === null || last === null) return "unknown";
  const [before, after] = [outcomeOf(first), outcomeOf(last)];
  const either = (outcome: Outcome) => before === outcome || after === outcome;
  if (either("error")) return "error";
  if (either("broken") || either("prepare-fail")) return "broken";
  if (either("skipped")) return "skipped";
  const [was, is] = [RANK[before] ?? 0, RANK[after] ?? 0];
  if (is === was) return "same";
  const failing = is < was ? last : first;
  if (SPURIOUS.test(failing)) return "spurious";
  return is < was ? "regressed" : "fixed";
}

export type Counts = Record<Category, number>;

/** What the pieces of a report add up to so far. @param reportCounts JSON; null: nothing yet. */
export function countsOf({ reportCounts }: { reportCounts: string | null }): Counts {
  return reportCounts === null
    ? noCounts()
    : { ...noCounts(), ...(JSON.parse(reportCounts) as Counts) };
}

export function noCounts(): Counts {
  return {
    regressed: 0,
    fixed: 0,
    spurious: 0,
    broken: 0,
    error: 0,
    skipped: 0,
    same: 0,
    unknown: 0,
  };
}
