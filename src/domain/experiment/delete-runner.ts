import { deleteRunner as remove } from "../../store/runner.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { runnerInAccount } from "./read-runners.ts";
import { eventOf, tellOwed } from "./tell.ts";

/**
 * Removes a runner: its token opens nothing from now on, and its work goes back to the queue.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function deleteRunner(ctx: Ctx, which: string): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const { runner, experiment } = await runnerInAccount(ctx, accountId, which);
  const details = { runner: runner.name, reason: "removed" };
  const event = eventOf(ctx, "experiment_handed_on", details);
  if (!(await remove(ctx.db, accountId, runner, event))) {
    throw new Fault("NOT_FOUND", "Runner not found");
  }
  if (experiment !== null) await tellOwed(ctx, accountId);
}
