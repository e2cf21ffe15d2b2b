import { takeExperiment } from "../../store/experiment.ts";
import { undonePage } from "../../store/experiment-crate.ts";
import type { Ctx } from "../context.ts";
import { type Experiment, experimentOf, type Json } from "./experiment.ts";
import { assertRunner } from "./runner.ts";
import { tell } from "./tell.ts";

const PAGE = 1000;

/**
 * The runner's experiment: the same until it is completed, then the queued one with the highest
 * priority, then the oldest, that it is able to do. Null when there is none.
 */
export async function nextExperiment(ctx: Ctx): Promise<Experiment | null> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const next = await takeExperiment(ctx.db, { accountId, runnerId, now: ctx.now() });
  if (!next) return null;
  if (next.taken) {
    const kind = next.first ? "experiment_started" : "experiment_joined";
    await tell(ctx, accountId, next.experiment.name, kind, { runner: name });
  }
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
