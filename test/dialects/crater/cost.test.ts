import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { dealStatement } from "../../../src/store/experiment-crate.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { call, newAccount } from "../../support/api.ts";
import { crates, currentRunner, newExperiment, newRunner } from "../../support/runners.ts";

it("dealing a crate writes its row and its place in one index", async () => {
  const account = await newAccount();
  const { id } = await newExperiment(account.key, { name: "cost", crates: crates(10) });
  const token = await newRunner(account.key, "one");
  await currentRunner(token).next();
  const { body } = await call<{ runner: { id: number } }>(
    account.key,
    "GET",
    "/manage/runners/one",
  );
  const deal = { experimentId: Number(id), runnerId: body.runner.id, now: 1, leaseMs: 1 };
  const { sql, params } = dealStatement(openDatabase(env.DB), deal).toSQL();
  const { meta, results } = await env.DB.prepare(sql)
    .bind(...params)
    .all();
  expect(results).toHaveLength(1);
  expect(meta.rows_written).toBeLessThanOrEqual(3);
});
