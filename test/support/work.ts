import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { type Account, ask, call, newAccount } from "./api.ts";
import {
  crates,
  currentRunner,
  legacyRunner,
  minutePasses,
  newExperiment,
  newRunner,
  readExperiment,
  silent,
} from "./runners.ts";

const TOOLCHAINS = ["stable", "beta"];

/** Adds many crates a part at a time, as NDJSON. */
async function addMany(account: Account, name: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1000) {
    const part = crates(Math.min(1000, count - from), from);
    const more = from + 1000 < count ? "?more=1" : "";
    const response = await ask(`/manage/experiments/${name}/crates${more}`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.key}` },
      body: part.map((crate) => JSON.stringify(crate)).join("\n"),
    });
    await response.body?.cancel();
    expect(response.status).toBe(200);
  }
}

/**
 * Runners of today work a shared experiment off; some die with a crate in hand, some send their
 * results twice. Then each crate has exactly one result per toolchain.
 */
export async function sharedWork(count: number, runners: number): Promise<void> {
  const account = await newAccount();
  await newExperiment(account.key, {
    name: "work",
    shared: true,
    crates: [],
    toolchains: TOOLCHAINS,
  });
  await addMany(account, "work", count);
  const dying = new Set([0, 1]);
  const tokens = await Promise.all(
    Array.from({ length: runners }, (_, index) => newRunner(account.key, `runner-${index}`)),
  );
  const shift = async (index: number, token: string): Promise<void> => {
    const runner = currentRunner(token);
    if ((await runner.next()) === null) return;
    for (let done = 0; ; done += 1) {
      const crate = await runner.crate("work");
      if (crate === null || (dying.has(index) && done === 3)) return;
      for (const toolchain of TOOLCHAINS) {
        const times = (done + index) % 5 === 0 ? 2 : 1;
        for (let time = 0; time < times; time += 1) {
          const { status } = await runner.progress("work", crate, toolchain, "test-pass");
          expect(status).toBe(200);
        }
      }
    }
  };
  await Promise.all(tokens.map((token, index) => shift(index, token)));
  // What the dead had in hand is given back, and done by one who lives.
  for (const index of dying) await silent(tokens[index] ?? "", 600_000);
  await minutePasses();
  await shift(runners - 1, tokens[runners - 1] ?? "");
  await expectWhole(account, "work", count);
}

/** A runner of the document's day takes an experiment, sends some results twice, and completes it. */
export async function wholeWork(count: number): Promise<void> {
  const account = await newAccount();
  await newExperiment(account.key, {
    name: "whole",
    crates: crates(count),
    toolchains: TOOLCHAINS,
  });
  const runner = legacyRunner(await newRunner(account.key, "old"));
  const experiment = await runner.next();
  expect(experiment?.crates).toHaveLength(count);
  for (const [index, crate] of (experiment?.crates ?? []).entries()) {
    for (const toolchain of TOOLCHAINS) {
      await runner.record(crate, toolchain, "test-pass");
      if (index % 7 === 0) await runner.record(crate, toolchain, "test-fail");
    }
  }
  await runner.complete();
  await expectWhole(account, "whole", count);
}

async function expectWhole(account: Account, name: string, count: number): Promise<void> {
  expect(await readExperiment(account.key, name)).toMatchObject({
    status: "completed",
    progress: { done: count, total: count },
  });
  const { body } = await call<{ experiment: { id: number } }>(
    account.key,
    "GET",
    `/manage/experiments/${name}`,
  );
  const { results } = await env.DB.prepare(
    `SELECT count(*) AS kept, count(DISTINCT position) AS crates,
      count(DISTINCT position * 10 + toolchain) AS pairs
    FROM experiment_results WHERE experiment_id = ? AND result = 'test-pass'`,
  )
    .bind(body.experiment.id)
    .all();
  expect(results).toEqual([{ kept: 2 * count, crates: count, pairs: 2 * count }]);
}
