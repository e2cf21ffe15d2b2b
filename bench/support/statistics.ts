/**
 * The value below which `share` of the samples lie, by the nearest rank; NaN without samples.
 * @param share 0.5 for the median, 0.99 for p99.
 */
export function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(samples: number[]): number {
  return percentile(samples, 0.5);
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Runs each contestant once per round, forwards and backwards in turn, so that neither the
 * machine's drift nor who goes first speaks for one of them.
 */
export async function interleave(
  rounds: number,
  contestants: (() => Promise<void>)[],
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const run of order) await run();
  }
}
