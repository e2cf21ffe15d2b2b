/**
 * Crates worked off a second as runners of today do it, `next-crate` and a `record-progress` for
 * each toolchain, beside a bare Worker that does the same in the same runtime, on the same stores.
 */
import type { Bench } from "./run.ts";
import { Api } from "./support/api.ts";
import { newAccount } from "./support/bots.ts";
import { newExperiment, newRunner, TOOLCHAINS } from "./support/runners.ts";
import { interleave, median, percentile, timed } from "./support/statistics.ts";
import { times, type BenchTable } from "./table.ts";

const RUNNERS = [1, 20];
const SECONDS = 5;
const ROUNDS = 3;
/** More than are worked off. */
const CRATES = 10_000;
/** As long as a small crate's. */
const LOG = Buffer.from("   Compiling lazy_static v0.2.11\n".repeat(60)).toString("base64");

interface Contestant {
  runners: Api[];
  next: (runner: Api) => Promise<unknown>;
  record: (runner: Api, crate: unknown, toolchain: string) => Promise<unknown>;
}

interface Figures {
  /** Results a second, round by round. */
  rates: number[];
  /** Milliseconds of each request. */
  dealt: number[];
  recorded: number[];
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider, baseline } = await bench.stack();
  const rows: (string | number)[][] = [];
  for (const count of RUNNERS) {
    bench.say(`  ${count} at work`);
    const contestants = [await ours(outrider, count), await bare(baseline, count)];
    const figures = contestants.map((): Figures => ({ rates: [], dealt: [], recorded: [] }));
    await interleave(
      ROUNDS,
      contestants.map((one, index) => async () => {
        const into = figures[index];
        if (into) await work(one, into);
      }),
    );
    rows.push(rowOf(count, figures));
  }
  return {
    title: "Crates worked off",
    columns: [
      "runners",
      "results/s",
      "beside it",
      "ratio",
      "next-crate p50 ms",
      "beside it",
      "record-progress p50 ms",
      "beside it",
    ],
    rows,
    notes: [
      `Each crate is one \`next-crate\` and ${TOOLCHAINS.length} \`record-progress\` with a log of 2 KB each; ${ROUNDS} interleaved rounds of ${SECONDS} s, medians. The clients share this machine.`,
      "Baseline: a Hono Worker that deals a crate with one `UPDATE … RETURNING`, packs a log into R2 and inserts a result, in the same workerd and on the same D1. It asks for no token, limits and checks nothing, counts no progress and completes nothing.",
    ],
  };
}

async function ours(outrider: Api, count: number): Promise<Contestant> {
  const account = await newAccount(outrider);
  const name = "bench";
  await newExperiment(account, name, CRATES, true);
  const runners = await Promise.all(
    Array.from({ length: count }, (_, index) => newRunner(account, `runner-${index}`)),
  );
  return {
    runners,
    next: async (runner) =>
      (await runner.post<{ result: unknown }>("/agent-api/next-crate", name)).result,
    record: (runner, crate, toolchain) =>
      runner.post("/agent-api/record-progress", {
        "experiment-name": name,
        result: { crate, toolchain, result: "test-pass", log: LOG },
      }),
  };
}

async function bare(baseline: Api, count: number): Promise<Contestant> {
  await baseline.post("/work", { crates: CRATES });
  return {
    runners: Array.from({ length: count }, () => new Api(baseline.origin)),
    next: (runner) => runner.post("/queue/next", {}),
    record: (runner, crate, toolchain) =>
      runner.post("/queue/record", { crate, toolchain, result: "test-pass", log: LOG }),
  };
}

/** All its runners at once, for so many seconds. */
async function work({ runners, next, record }: Contestant, into: Figures): Promise<void> {
  const started = performance.now();
  let results = 0;
  await Promise.all(
    runners.map(async (runner) => {
      while (performance.now() - started < SECONDS * 1000) {
        let crate: unknown;
        into.dealt.push(
          await timed(async () => {
            crate = await next(runner);
          }),
        );
        if (crate === null) throw new Error("There are no crates left.");
        for (const toolchain of TOOLCHAINS) {
          into.recorded.push(await timed(() => record(runner, crate, toolchain)));
          results += 1;
        }
      }
    }),
  );
  into.rates.push(results / ((performance.now() - started) / 1000));
}

function rowOf(count: number, [mine, theirs]: Figures[]): (string | number)[] {
  const rate = (one: Figures | undefined) => median(one?.rates ?? []);
  const p50 = (samples: number[] | undefined) => percentile(samples ?? [], 0.5);
  return [
    String(count),
    rate(mine),
    rate(theirs),
    times(rate(mine) / rate(theirs)),
    p50(mine?.dealt),
    p50(theirs?.dealt),
    p50(mine?.recorded),
    p50(theirs?.recorded),
  ];
}
