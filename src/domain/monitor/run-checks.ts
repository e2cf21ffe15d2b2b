import type { SystemCtx } from "../context.ts";
import type { ChecksJob } from "../job.ts";
import { makeChecks, record, recordAndConfirm } from "./make-checks.ts";
import type { MadeCheck } from "./shard.ts";

type Work = Pick<SystemCtx, "ports" | "settings" | "now" | "log">;

/**
 * Makes the checks of a job. Each shard's object says what is due and not recorded yet, so a job
 * that comes twice finds nothing left to do. Rejects when a shard failed, once the others are
 * done: then the job is to be tried again.
 */
export async function runChecks(ctx: Work, job: ChecksJob): Promise<void> {
  const { minute, bucket } = job;
  const outcomes = await Promise.allSettled(
    job.shards.map(([shard, version]) => runShard(ctx, shard, { minute, bucket, version })),
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

/**
 * What may decide something is recorded at once, so that a confirmation does not wait for the
 * slowest of the shard; the quiet rest is recorded together, in one row.
 */
async function runShard(
  ctx: Work,
  shard: number,
  query: { minute: number; bucket: number; version: number },
): Promise<void> {
  const planned = await ctx.ports.shards.due(shard, query);
  const expected = new Map(planned.map((check) => [check.id, check.expected]));
  const quiet: MadeCheck[] = [];
  await makeChecks(ctx, shard, planned, async (made) => {
    const loud = made.filter(({ id, result }) => result.passed !== expected.get(id));
    quiet.push(...made.filter((check) => !loud.includes(check)));
    await recordAndConfirm(ctx, shard, await record(ctx, shard, loud));
  });
  await recordAndConfirm(ctx, shard, await record(ctx, shard, quiet));
}
