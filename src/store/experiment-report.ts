import { and, eq, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ExperimentRow } from "./experiment.ts";
import { experimentCrates, experiments } from "./schema/experiment.ts";

/** Takes up the building of a report that is owed, and that nobody is at; undefined for none. */
export function claimReport(
  db: Database,
  experimentId: number,
  now: number,
  leaseMs: number,
): Promise<ExperimentRow | undefined> {
  return db
    .update(experiments)
    .set({ reportDueAt: now + leaseMs })
    .where(and(eq(experiments.id, experimentId), lte(experiments.reportDueAt, now)))
    .returning()
    .get();
}

/** The last crate's position; -1 when there is none. */
export async function lastPosition(db: Database, experimentId: number): Promise<number> {
  const row = await db
    .select({ last: sql<number>`coalesce(max(${experimentCrates.position}), -1)` })
    .from(experimentCrates)
    .where(eq(experimentCrates.experimentId, experimentId))
    .get();
  return row?.last ?? -1;
}

export interface ReportProgress {
  pieces: number;
  /** Position that the next piece begins at. */
  next: number;
  /** JSON. */
  counts: string;
  /** When somebody else is to look after it; null: it is done. */
  dueAt: number | null;
  reportedAt: number | null;
}

/** Notes how far a report is. False when its experiment began another round, or is gone. */
export async function saveReport(
  db: Database,
  { id, round }: Pick<ExperimentRow, "id" | "round">,
  progress: ReportProgress,
): Promise<boolean> {
  const rows = await reportStatement(db, { id, round }, progress);
  return rows.length > 0;
}

/** For a batch: what {@link saveReport} does. */
export function reportStatement(
  db: Database,
  { id, round }: Pick<ExperimentRow, "id" | "round">,
  { pieces, next, counts, dueAt, reportedAt }: ReportProgress,
) {
  return db
    .update(experiments)
    .set({
      reportPieces: pieces,
      reportNext: next,
      reportCounts: counts,
      reportDueAt: dueAt,
      reportedAt,
    })
    .where(
      and(eq(experiments.id, id), eq(experiments.round, round), isNotNull(experiments.reportDueAt)),
    )
    .returning({ id: experiments.id });
}

/** Experiments whose report is owed and that nobody is at. */
export function owedReports(db: Database, now: number, limit: number) {
  return db
    .select({ id: experiments.id })
    .from(experiments)
    .where(lte(experiments.reportDueAt, now))
    .limit(limit);
}

/** Whoever has the hash may read the report. */
export function findReport(db: Database, hash: string): Promise<ExperimentRow | undefined> {
  return db.select().from(experiments).where(eq(experiments.reportHash, hash)).get();
}
