/** How long an experiment's report takes, from its end to its being there, by its crates. */
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import { newAccount } from "./support/bots.ts";
import { crateOf, newExperiment, newRunner, TOOLCHAINS } from "./support/runners.ts";
import type { BenchTable } from "./table.ts";

const SIZES = [1000, 10_000, 100_000];
/** Crates whose results come in one request. */
const AT_ONCE = 50;
const LANES = 4;

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider } = await bench.stack();
  const account = await newAccount(outrider);
  const rows: (string | number)[][] = [];
  for (const crates of SIZES) {
    bench.say(`  ${crates} crates`);
    const spent = await reportOf(account, crates);
    rows.push([crates.toLocaleString("en"), spent, (spent / crates) * 1000]);
  }
  return {
    title: "Reports",
    columns: ["crates", "ms", "ms for 1,000"],
    rows,
    notes: [
      `From the experiment's end to its report, by the Worker's own clock: the message on the queue, ${TOOLCHAINS.length} results a crate read from D1 and compared, the pieces written to R2.`,
    ],
  };
}

/** Milliseconds. */
async function reportOf(account: Api, crates: number): Promise<number> {
  const name = `report-${crates}`;
  await newExperiment(account, name, crates, false);
  const runner = await newRunner(account, `runner-of-${crates}`);
  let next = 0;
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (next < crates) {
        const from = next;
        next += AT_ONCE;
        await runner.post("/agent-api/record-progress", {
          "experiment-name": name,
          results: resultsOf(from, Math.min(AT_ONCE, crates - from)),
        });
      }
    }),
  );
  await runner.post("/agent-api/complete-experiment", {});
  for (;;) {
    const answer = await account.get(`/manage/experiments/${name}`);
    const { experiment } = JSON.parse(answer.body.toString()) as {
      experiment: { completed_at: string; reported_at: string | null };
    };
    const { completed_at, reported_at } = experiment;
    if (reported_at !== null) return Date.parse(reported_at) - Date.parse(completed_at);
    await wait(200);
  }
}

/** One crate in ten does worse under the second toolchain. */
function resultsOf(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => from + index).flatMap((index) =>
    TOOLCHAINS.map((toolchain, place) => ({
      crate: crateOf(index),
      toolchain,
      result: place === 1 && index % 10 === 0 ? "build-fail:compiler-error" : "test-pass",
      log: "",
    })),
  );
}
