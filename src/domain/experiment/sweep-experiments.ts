import {
  deleteExperiment,
  endedPage,
  forgetRemains,
  remains,
  sweepRemains,
} from "../../store/experiment-afterlife.ts";
import type { SystemCtx } from "../context.ts";
import { folderOf } from "./log-file.ts";
import { eventOf, tellOwed } from "./tell.ts";

const EXPIRED_AT_ONCE = 50;
const REMAINS_AT_ONCE = 5;
const CRATES_AT_ONCE = 2000;
/** Pages of crates, and of files, in one go of each experiment. */
const PAGES = 10;

/** Removes experiments that ended longer ago than they are kept, as if their owners did. */
export async function expireExperiments(ctx: SystemCtx): Promise<void> {
  const endedBy = ctx.now() - ctx.settings.experimentRetentionMs;
  for (const experiment of await endedPage(ctx.db, endedBy, EXPIRED_AT_ONCE)) {
    const event = eventOf(ctx, "experiment_deleted", { reason: "expired" });
    // False: it was retried since.
    if (!(await deleteExperiment(ctx.db, experiment, event, endedBy))) continue;
    await tellOwed(ctx, experiment.accountId);
  }
}

/**
 * Removes what experiments that are gone left: crates, results, logs and reports, some at a time.
 * What is not done in this go, or came to a bad end, is gone on with in the next.
 */
export async function sweepExperiments(ctx: SystemCtx): Promise<void> {
  for (const { experimentId, accountId } of await remains(ctx.db, REMAINS_AT_ONCE)) {
    let swept = false;
    for (let page = 0; page < PAGES && !swept; page += 1) {
      swept = await sweepRemains(ctx.db, experimentId, CRATES_AT_ONCE);
    }
    const folder = folderOf(experimentId);
    if (!swept || !(await ctx.ports.files.removeFolder(accountId, folder, PAGES))) continue;
    await forgetRemains(ctx.db, experimentId);
  }
}
