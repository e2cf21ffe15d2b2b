import { endExperiment, experimentOf, leaveExperiment } from "../../store/experiment.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertRunner } from "./runner.ts";
import { eventOf, tellOwed } from "./tell.ts";
import { wakeReport } from "./wake-report.ts";

/**
 * The runner has done its experiment: it is complete, its report is owed and the runner free. Of a
 * shared one that others are still at, only the runner is.
 * @throws Fault CONFLICT when nothing is assigned to the runner.
 */
export async function completeExperiment(ctx: Ctx): Promise<void> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const experiment = await experimentOf(ctx.db, accountId, runnerId);
  if (!experiment) throw nothing();
  if (experiment.shared && (await leaveExperiment(ctx.db, experiment.id, runnerId))) return;
  const end = { status: "completed" as const, by: runnerId, now: ctx.now() };
  const event = eventOf(ctx, "experiment_completed", { runner: name });
  if (!(await endExperiment(ctx.db, experiment.id, end, event))) throw nothing();
  await tellOwed(ctx, accountId);
  await wakeReport(ctx, experiment.id);
}

function nothing(): Fault {
  return new Fault("CONFLICT", "No experiment is assigned to this runner.");
}
