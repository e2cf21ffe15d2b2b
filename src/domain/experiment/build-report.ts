import { type ExperimentRow } from "../../store/experiment.ts";
import {
  claimReport,
  finishReport,
  lastPosition,
  owedReports,
  type ReportProgress,
  saveReport,
} from "../../store/experiment-report.ts";
import { resultPiece } from "../../store/experiment-result.ts";
import type { SystemCtx } from "../context.ts";
import type { ReportJob } from "../job.ts";
import { type Counts, countsOf } from "./compare.ts";
import { piecePath, rowsOf } from "./report-piece.ts";
import { eventOf, tellOwed } from "./tell.ts";
import { writeOwner } from "./write-owner.ts";

/** Crates in one piece: what is in memory at a time. */
const PIECE = 1000;
/** Pieces in one go; what is left goes on in another. */
const PIECES_AT_ONCE = 40;
/** Longer than a piece takes: when it runs out, whoever held it is dead. */
const LEASE_MS = 2 * 60_000;
const OWED_AT_ONCE = 100;

/**
 * Builds an ended experiment's report, piece by piece, going on where another stopped, and tells
 * its owner. Does nothing when that is done, or somebody is at it.
 */
export async function buildReport(ctx: SystemCtx, job: ReportJob): Promise<void> {
  const experiment = await claimReport(ctx.db, job.experimentId, ctx.now(), LEASE_MS);
  if (!experiment) return;
  if (experiment.reportedAt !== null) return writeOwner(ctx, experiment);
  const end = await lastPosition(ctx.db, experiment.id);
  let { reportNext: next, reportPieces: pieces } = experiment;
  const counts = countsOf(experiment);
  const progress = (): ReportProgress => ({ pieces, next, counts: JSON.stringify(counts) });
  for (let built = 0; next <= end; built += 1) {
    if (built === PIECES_AT_ONCE) {
      if (!(await saveReport(ctx.db, experiment, progress(), ctx.now()))) return;
      await ctx.ports.jobs.send([{ job }]);
      return;
    }
    const rows = await resultPiece(ctx.db, experiment.id, next, PIECE);
    const made = rowsOf(rows, experiment.width);
    for (const { category } of made) counts[category] += 1;
    const path = piecePath(experiment.id, experiment.round, pieces);
    const bytes = new TextEncoder().encode(JSON.stringify(made));
    await ctx.ports.files.put(experiment.accountId, path, bytes, "application/json");
    next += PIECE;
    pieces += 1;
    const dueAt = ctx.now() + LEASE_MS;
    if (!(await saveReport(ctx.db, experiment, progress(), dueAt))) return;
  }
  await finish(ctx, experiment, progress(), counts);
}

async function finish(
  ctx: SystemCtx,
  experiment: ExperimentRow,
  progress: ReportProgress,
  counts: Counts,
): Promise<void> {
  const now = ctx.now();
  const times = { now, letterDueAt: now + LEASE_MS };
  const event = eventOf(ctx, "report_ready", { ...counts });
  const finished = await finishReport(ctx.db, experiment, progress, times, event);
  if (!finished) return;
  await tellOwed(ctx, experiment.accountId);
  const { notificationIds, letter } = finished;
  const { counts: reportCounts } = progress;
  if (letter) await writeOwner(ctx, { ...experiment, reportCounts, reportedAt: now });
  if (notificationIds.length > 0) {
    await ctx.ports.jobs.send([{ job: { type: "notify", notificationIds } }]);
  }
}

/** Wakes reports that are owed and that nobody is at: their message was lost, or somebody died. */
export async function wakeReports(ctx: SystemCtx): Promise<number> {
  const owed = await owedReports(ctx.db, ctx.now(), OWED_AT_ONCE);
  const jobs = owed.map(({ id }) => ({ job: { type: "report" as const, experimentId: id } }));
  if (jobs.length > 0) await ctx.ports.jobs.send(jobs);
  return jobs.length;
}
