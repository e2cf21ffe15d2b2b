import { forgetRemains, remains, sweepRemains } from "../../store/experiment-afterlife.ts";
import { lostRunners, takeWorkFrom } from "../../store/runner.ts";
import type { SystemCtx } from "../context.ts";
import { folderOf } from "./log-file.ts";
import { tell } from "./tell.ts";

const RUNNERS_AT_ONCE = 200;
const REMAINS_AT_ONCE = 5;
const CRATES_AT_ONCE = 2000;
const SWEEPS = 10;

/**
 * Hands on the work of runners that are lost: their crates and experiments go back to the queue.
 * @returns How many were lost.
 */
export async function handOnLostWork(ctx: SystemCtx): Promise<number> {
  const now = ctx.now();
  const { runnerTimeoutMs, runnerTimeoutLegacyMs } = ctx.settings;
  const before = { beating: now - runnerTimeoutMs, silent: now - runnerTimeoutLegacyMs };
  let lost = 0;
  for (const runner of await lostRunners(ctx.db, before, RUNNERS_AT_ONCE)) {
    const experiment = await takeWorkFrom(ctx.db, runner);
    // Heard of since, or at something that is over.
    if (!experiment) continue;
    lost += 1;
    await tell(ctx, experiment.accountId, experiment.name, "experiment_handed_on", {
      runner: runner.name,
      reason: "lost",
      last_seen: runner.lastSeenAt === null ? null : new Date(runner.lastSeenAt).toISOString(),
    });
  }
  return lost;
}

/** Removes what deleted experiments left: crates, results, logs and reports, some at a time. */
export async function sweepExperiments(ctx: SystemCtx): Promise<void> {
  for (const { experimentId, accountId } of await remains(ctx.db, REMAINS_AT_ONCE)) {
    let done = false;
    for (let sweep = 0; sweep < SWEEPS && !done; sweep += 1) {
      done = await sweepRemains(ctx.db, experimentId, CRATES_AT_ONCE);
    }
    if (!done) continue;
    await ctx.ports.files.removeFolder(accountId, folderOf(experimentId));
    await forgetRemains(ctx.db, experimentId);
  }
}
