import { type ExperimentRow } from "../../store/experiment.ts";
import {
  claimReport,
  lastPosition,
  owedReports,
  type ReportProgress,
  saveReport,
} from "../../store/experiment-report.ts";
import { resultPiece } from "../../store/experiment-result.ts";
import type { SystemCtx } from "../context.ts";
import type { ReportJob } from "../job.ts";
import { type Counts, noCounts } from "./compare.ts";
import { notifyOwner } from "./notify-owner.ts";
import { piecePath, rowsOf } from "./report-piece.ts";
import { tell } from "./tell.ts";

/** Crates in one piece: what is in memory at a time. */
const PIECE = 1000;
/** Pieces in one go; what is left goes on in another. */
const PIECES_AT_ONCE = 40;
/** Longer than a piece takes: when it runs out, whoever held it is dead. */
const LEASE_MS = 2 * 60_000;
const OWED_AT_ONCE = 100;

/**
 * Builds an ended experiment's report, piece by piece, going on where another stopped. Does
 * nothing when it is built, or somebody is at it.
 */
export async function buildReport(ctx: SystemCtx, job: ReportJob): Promise<void> {
  const experiment = await claimReport(ctx.db, job.experimentId, ctx.now(), LEASE_MS);
  if (!experiment) return;
  const end = await lastPosition(ctx.db, experiment.id);
  let { reportNext: next, reportPieces: pieces } = experiment;
  const counts = countsOf(experiment);
  for (let built = 0; next <= end; built += 1) {
    if (built === PIECES_AT_ONCE) {
      await goOn(ctx, experiment, { pieces, next, counts: JSON.stringify(counts) });
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
    const progress = { pieces, next, counts: JSON.stringify(counts), reportedAt: null };
    const dueAt = ctx.now() + LEASE_MS;
    if (!(await saveReport(ctx.db, experiment, { ...progress, dueAt }))) return;
  }
  const reportedAt = ctx.now();
  const last: ReportProgress = {
    pieces,
    next,
    counts: JSON.stringify(counts),
    dueAt: null,
    reportedAt,
  };
  if (!(await saveReport(ctx.db, experiment, last))) return;
  await tell(ctx, experiment.accountId, experiment.name, "report_ready", { ...counts });
  await notifyOwner(ctx, experiment, counts);
}

/** What the pieces so far add up to. */
export function countsOf({ reportCounts }: Pick<ExperimentRow, "reportCounts">): Counts {
  return reportCounts === null
    ? noCounts()
    : { ...noCounts(), ...(JSON.parse(reportCounts) as Counts) };
}

async function goOn(
  ctx: SystemCtx,
  experiment: ExperimentRow,
  progress: Pick<ReportProgress, "pieces" | "next" | "counts">,
): Promise<void> {
  const left = { ...progress, dueAt: ctx.now(), reportedAt: null };
  if (!(await saveReport(ctx.db, experiment, left))) return;
  await ctx.ports.jobs.send([{ job: { type: "report", experimentId: experiment.id } }]);
}

/** Wakes reports that are owed and that nobody is at: their message was lost, or somebody died. */
export async function wakeReports(ctx: SystemCtx): Promise<number> {
  const owed = await owedReports(ctx.db, ctx.now(), OWED_AT_ONCE);
  const jobs = owed.map(({ id }) => ({ job: { type: "report" as const, experimentId: id } }));
  if (jobs.length > 0) await ctx.ports.jobs.send(jobs);
  return jobs.length;
}
