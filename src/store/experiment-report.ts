import { and, eq, isNotNull, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ExperimentRow } from "./experiment.ts";
import { type OwedEvent, oweEvent } from "./experiment-event.ts";
import { oweExperimentNews } from "./notification.ts";
import { experimentCrates, experiments } from "./schema/experiment.ts";
import { channels } from "./schema/notification.ts";

/** Takes up a report, or its letter, that is owed and that nobody is at; undefined for none. */
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
}

/** Notes how far a report is. False when its experiment began another round, or is gone. */
export async function saveReport(
  db: Database,
  experiment: Pick<ExperimentRow, "id" | "round">,
  { pieces, next, counts }: ReportProgress,
  dueAt: number,
): Promise<boolean> {
  const rows = await db
    .update(experiments)
    .set({ reportPieces: pieces, reportNext: next, reportCounts: counts, reportDueAt: dueAt })
    .where(and(isOwed(experiment), isNull(experiments.reportedAt)))
    .returning({ id: experiments.id });
  return rows.length > 0;
}

/**
 * Notes that all of a report is there, of which the event tells, and owes it to the channels that
 * hear of everything. Where there is none, a letter is owed, and looked after at `letterDueAt`.
 * @returns The notifications; undefined when its experiment began another round, or is gone.
 */
export async function finishReport(
  db: Database,
  experiment: Pick<ExperimentRow, "id" | "round" | "accountId">,
  { pieces, next, counts }: ReportProgress,
  { now, letterDueAt }: { now: number; letterDueAt: number },
  event: OwedEvent,
): Promise<{ notificationIds: number[]; letter: boolean } | undefined> {
  const heard = sql`EXISTS (SELECT 1 FROM ${channels} c
    WHERE c.account_id = ${experiment.accountId} AND c.monitors IS NULL)`;
  const [rows, , owed] = await db.batch([
    db
      .update(experiments)
      .set({
        reportPieces: pieces,
        reportNext: next,
        reportCounts: counts,
        reportedAt: now,
        reportDueAt: sql`CASE WHEN ${heard} THEN NULL ELSE ${letterDueAt} END`,
      })
      .where(and(isOwed(experiment), isNull(experiments.reportedAt)))
      .returning({ dueAt: experiments.reportDueAt }),
    oweEvent(db, experiment.id, event),
    oweExperimentNews(db, experiment, now),
  ]);
  const [row] = rows;
  return row && { notificationIds: owed.map(({ id }) => id), letter: row.dueAt !== null };
}

/** When a letter to the owner is looked after again; null: never, it is done. */
export async function putOffLetter(
  db: Database,
  experiment: Pick<ExperimentRow, "id" | "round">,
  dueAt: number | null,
): Promise<void> {
  await db.update(experiments).set({ reportDueAt: dueAt }).where(isOwed(experiment));
}

function isOwed({ id, round }: Pick<ExperimentRow, "id" | "round">): SQL | undefined {
  return and(
    eq(experiments.id, id),
    eq(experiments.round, round),
    isNotNull(experiments.reportDueAt),
  );
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
