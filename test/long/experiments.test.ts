import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildReport } from "../../src/domain/experiment/index.ts";
import { systemContext } from "../../src/runtime/context.ts";
import { newAccount } from "../support/api.ts";
import { newExperiment, readExperiment } from "../support/runners.ts";
import { sharedWork, wholeWork } from "../support/work.ts";

describe("an experiment", () => {
  // A line for each of thousands of requests would be kept until the test has ended.
  beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => undefined));
  afterEach(() => void vi.restoreAllMocks());

  // test/long/process/experiment-restart.test.ts has more of them, over HTTP.
  it("of 1,000 crates is worked off, each with one result per toolchain", async () => {
    await expect(sharedWork(1000, 12)).resolves.toBeUndefined();
  });

  it("of 500 crates is worked off by a runner of the document's day", async () => {
    await expect(wholeWork(500)).resolves.toBeUndefined();
  });
});

it.each([1000, 10_000, 100_000])("a report of %i crates is built in pieces", async (count) => {
  const account = await newAccount();
  const name = `report-${count}`;
  const { id } = (await newExperiment(account.key, { name, crates: [] })) as { id: number };
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`;
  await env.DB.batch([
    env.DB.prepare(`INSERT INTO experiment_crates (experiment_id, position, key, crate)
      ${numbers} SELECT ${id}, i, 'k' || i, '{"Registry":{"name":"c' || i || '","version":"1"}}' FROM n`),
    env.DB.prepare(`INSERT INTO experiment_results
      ${numbers} SELECT ${id}, i, t.value, 'test-pass', 1, 0, 0 FROM n, json_each('[0,1]') t`),
    env.DB.prepare(`UPDATE experiments SET status = 'completed', crates = ${count}, done = ${count},
      report_due_at = 1 WHERE id = ${id}`),
  ]);
  const ctx = systemContext(env, {});
  const started = performance.now();
  await buildReport(ctx, { type: "report", experimentId: id });
  await vi.waitFor(
    async () => expect((await readExperiment(account.key, name)).reported_at).not.toBeNull(),
    { timeout: 600_000, interval: 200 },
  );
  // oxlint-disable-next-line no-console -- the figures are what it is for
  console.log(`${count} crates: report in ${Math.round(performance.now() - started)} ms`);
});
