import { endExperiment } from "../../store/experiment.ts";
import { deleteExperiment as remove, reviveExperiment } from "../../store/experiment-afterlife.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Experiment } from "./experiment.ts";
import { experimentInAccount, getExperiment } from "./read-experiments.ts";
import { FAILURES } from "./compare.ts";
import { eventOf, tellOwed } from "./tell.ts";
import { wakeReport } from "./wake-report.ts";

/**
 * Ends an experiment before its time; what it has so far is reported.
 * @throws Fault NOT_FOUND, CONFLICT when it has ended.
 */
export async function abortExperiment(ctx: Ctx, which: string): Promise<Experiment> {
  const { accountId } = assertCanAct(ctx);
  const { experiment } = await experimentInAccount(ctx, accountId, which);
  const end = { status: "aborted" as const, by: null, now: ctx.now() };
  const event = eventOf(ctx, "experiment_aborted");
  if (!(await endExperiment(ctx.db, experiment.id, end, event))) throw ended(experiment.status);
  await tellOwed(ctx, accountId);
  await wakeReport(ctx, experiment.id);
  return getExperiment(ctx, String(experiment.id));
}

/**
 * Queues an ended experiment again for what has no result, or one that speaks of a failure of the
 * try and not of the crate; what is known otherwise stays.
 * @throws Fault NOT_FOUND, CONFLICT while it is queued or running.
 */
export async function retryExperiment(ctx: Ctx, which: string): Promise<Experiment> {
  const { accountId } = assertCanAct(ctx);
  const { experiment } = await experimentInAccount(ctx, accountId, which);
  const event = eventOf(ctx, "experiment_retried");
  if (!(await reviveExperiment(ctx.db, experiment.id, FAILURES, event))) {
    throw new Fault(
      "CONFLICT",
      `Only an experiment that has ended is retried; this one is ${experiment.status}.`,
    );
  }
  await tellOwed(ctx, accountId);
  return getExperiment(ctx, String(experiment.id));
}

/** Removes an experiment with its results, logs and report. @throws Fault NOT_FOUND */
export async function deleteExperiment(ctx: Ctx, which: string): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const { experiment } = await experimentInAccount(ctx, accountId, which);
  const event = eventOf(ctx, "experiment_deleted", { reason: "removed" });
  if (!(await remove(ctx.db, experiment, event))) {
    throw new Fault("NOT_FOUND", "Experiment not found");
  }
  await tellOwed(ctx, accountId);
}

function ended(status: string): Fault {
  return new Fault("CONFLICT", `This experiment has ended already: it is ${status}.`);
}
