import { lostRunners, takeWorkFrom } from "../../store/runner.ts";
import type { SystemCtx } from "../context.ts";
import { eventOf, tellOwed } from "./tell.ts";

const RUNNERS_AT_ONCE = 200;

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
    const event = eventOf(ctx, "experiment_handed_on", {
      runner: runner.name,
      reason: "lost",
      last_seen: runner.lastSeenAt === null ? null : new Date(runner.lastSeenAt).toISOString(),
    });
    // False: heard of since.
    if (!(await takeWorkFrom(ctx.db, runner, event))) continue;
    lost += 1;
    await tellOwed(ctx, runner.accountId);
  }
  return lost;
}
