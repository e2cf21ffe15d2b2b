import { takeExperiment } from "../../store/experiment.ts";
import { undonePage } from "../../store/experiment-crate.ts";
import type { Ctx } from "../context.ts";
import { type Experiment, experimentOf, type Json } from "./experiment.ts";
import { assertRunner } from "./runner.ts";
import { eventOf, tellOwed } from "./tell.ts";

const PAGE = 1000;

/**
 * The runner's experiment: the same until it is completed, then the queued one with the highest
 * priority, then the oldest, that it is able to do. Null when there is none.
 */
export async function nextExperiment(ctx: Ctx): Promise<Experiment | null> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const taking = { accountId, runnerId, now: ctx.now() };
  const event = eventOf(ctx, "experiment_started", { runner: name });
  const next = await takeExperiment(ctx.db, taking, event);
  if (!next) return null;
  if (next.taken) await tellOwed(ctx, accountId);
  return experimentOf(next.experiment, name);
}

/** Crates of the runner's experiment that lack a result, a page at a time. */
export async function* undoneCrates(ctx: Ctx, experimentId: number): AsyncGenerator<Json[]> {
  assertRunner(ctx);
  for (let after = -1; ;) {
    const rows = await undonePage(ctx.db, experimentId, after, PAGE);
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(({ crate }) => JSON.parse(crate) as Json);
    if (rows.length < PAGE) return;
    after = last.position;
  }
}
