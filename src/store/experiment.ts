import { and, count, desc, eq, inArray, sql } from "drizzle-orm";
import { violatesUnique } from "./constraint.ts";
import type { Database } from "./database.ts";
import { type OwedEvent, oweEvent } from "./experiment-event.ts";
import { experimentCrates, experiments } from "./schema/experiment.ts";
import { runners } from "./schema/runner.ts";

export type ExperimentRow = typeof experiments.$inferSelect;
export type NewExperimentRow = typeof experiments.$inferInsert;

/** A batch's rows tell columns apart by their names alone. */
const runnerName = sql<string | null>`${runners.name}`.as("runner_name");

export interface ListedExperiment {
  experiment: ExperimentRow;
  /** Name of the runner that took it last. */
  runner: string | null;
}

/** The new row; null when the account has one of that name. */
export async function insertExperiment(
  db: Database,
  row: NewExperimentRow,
  event: OwedEvent,
): Promise<ExperimentRow | null> {
  try {
    const [rows] = await db.batch([
      db.insert(experiments).values(row).returning(),
      oweEvent(db, sql`last_insert_rowid()`, event),
    ]);
    return rows[0] ?? null;
  } catch (error) {
    if (violatesUnique(error, "experiments.account_id")) return null;
    throw error;
  }
}

/** By name, or by id. */
export function findExperiment(
  db: Database,
  accountId: string,
  which: { id: number } | { name: string },
): Promise<ListedExperiment | undefined> {
  return db
    .select({ experiment: experiments, runner: runnerName })
    .from(experiments)
    .leftJoin(runners, eq(runners.id, experiments.runnerId))
    .where(
      and(
        eq(experiments.accountId, accountId),
        "id" in which ? eq(experiments.id, which.id) : eq(experiments.name, which.name),
      ),
    )
    .get();
}

/** One page of an account's experiments, newest first, and how many there are in all. */
export async function listExperiments(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: ListedExperiment[]; total: number }> {
  const [rows, totals] = await db.batch([
    experimentPage(db, accountId, slice),
    db.select({ total: count() }).from(experiments).where(eq(experiments.accountId, accountId)),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `experiments_by_account`. Exported so that its plan can be tested. */
export function experimentPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select({ experiment: experiments, runner: runnerName })
    .from(experiments)
    .leftJoin(runners, eq(runners.id, experiments.runnerId))
    .where(eq(experiments.accountId, accountId))
    .orderBy(desc(experiments.id))
    .limit(limit)
    .offset(offset);
}

export interface Taking {
  accountId: string;
  runnerId: number;
  now: number;
}

/**
 * The runner's experiment: the one that it has, or else the next that is open to it, which is
 * then its own. One transaction, so that no two runners take the same unless it is shared.
 * @param event Tells that it started, or that the runner joined those that are at it.
 * @returns `taken` when it was not the runner's before.
 */
export async function takeExperiment(
  db: Database,
  taking: Taking,
  event: Omit<OwedEvent, "kind">,
): Promise<{ experiment: ExperimentRow; taken: boolean } | null> {
  const { runnerId, now } = taking;
  const ownId = sql`(SELECT r.experiment_id FROM ${runners} r WHERE r.id = ${runnerId})`;
  const own = eq(experiments.id, ownId);
  const kind = sql`CASE e.status WHEN 'queued' THEN 'experiment_started' ELSE 'experiment_joined' END`;
  const [taken, , , rows] = await db.batch([
    db.all<{ id: number }>(sql`
      UPDATE ${runners}
      SET experiment_id = (${openTo(taking)}), late_experiment_id = NULL
      WHERE id = ${runnerId} AND experiment_id IS NULL AND (${openTo(taking)}) IS NOT NULL
      RETURNING id`),
    oweEvent(db, ownId, { ...event, kind }),
    db
      .update(experiments)
      .set({
        status: "running",
        open: sql`shared`,
        runnerId,
        startedAt: sql`coalesce(started_at, ${now})`,
      })
      .where(and(own, eq(experiments.status, "queued"))),
    db.select().from(experiments).where(own),
  ]);
  const [experiment] = rows;
  if (!experiment) return null;
  return { experiment, taken: taken.length > 0 };
}

/**
 * Id of the open experiment that a runner would take: the highest priority, then the oldest, read
 * along `experiments_open`. Exported so that its plan can be tested.
 */
export function openTo({ accountId, runnerId }: Taking) {
  return sql`
    SELECT e.id FROM ${experiments} e
    WHERE e.account_id = ${accountId} AND e.open = 1
      AND (e.assignee IS NULL
        OR e.assignee = (SELECT r.name FROM ${runners} r WHERE r.id = ${runnerId}))
      AND NOT EXISTS (SELECT 1 FROM json_each(e.requirements) need WHERE need.value NOT IN
        (SELECT c.value FROM ${runners} r, json_each(r.capabilities) c WHERE r.id = ${runnerId}))
      AND (e.status = 'queued' OR EXISTS (SELECT 1 FROM ${experimentCrates} x
        WHERE x.experiment_id = e.id AND x.due_at = 0))
    ORDER BY e.priority DESC, e.id
    LIMIT 1`;
}

/** What the runner works on. */
export async function experimentOf(
  db: Database,
  accountId: string,
  runnerId: number,
): Promise<ExperimentRow | undefined> {
  const row = await db
    .select({ experiment: experiments })
    .from(runners)
    .innerJoin(experiments, eq(experiments.id, runners.experimentId))
    .where(and(eq(runners.id, runnerId), eq(experiments.accountId, accountId)))
    .get();
  return row?.experiment;
}

/** Frees one runner of an experiment that others are at. False when it is the only one. */
export async function leaveExperiment(
  db: Database,
  experimentId: number,
  runnerId: number,
): Promise<boolean> {
  const rows = await db.all(sql`
    UPDATE ${runners} SET experiment_id = NULL
    WHERE id = ${runnerId} AND experiment_id = ${experimentId}
      AND EXISTS (SELECT 1 FROM ${runners} o
        WHERE o.experiment_id = ${experimentId} AND o.id <> ${runnerId})
    RETURNING id`);
  return rows.length > 0;
}

/**
 * Ends an experiment and frees its runners.
 * @param by The runner whose it must be; null: whoever's.
 * @returns Undefined when it had ended, or is not that runner's.
 */
export async function endExperiment(
  db: Database,
  experimentId: number,
  end: { status: "completed" | "aborted"; by: number | null; now: number },
  event: OwedEvent,
): Promise<ExperimentRow | undefined> {
  const { status, by, now } = end;
  const held =
    by === null
      ? undefined
      : sql`EXISTS (SELECT 1 FROM ${runners} r
          WHERE r.id = ${by} AND r.experiment_id = ${experimentId})`;
  const [rows] = await db.batch([
    db
      .update(experiments)
      .set({ status, open: false, completedAt: now, ...owedReport(now) })
      .where(
        and(
          eq(experiments.id, experimentId),
          inArray(experiments.status, ["queued", "running"]),
          held,
        ),
      )
      .returning(),
    oweEvent(db, experimentId, event),
    freeRunners(db, experimentId),
  ]);
  return rows[0];
}

/** What makes a report owed, from its beginning. */
export function owedReport(now: number) {
  return {
    reportDueAt: now,
    reportPieces: 0,
    reportNext: 0,
    reportCounts: null,
    reportedAt: null,
    round: sql`${experiments.round} + 1`,
  };
}

/** For the batch that ends an experiment: its runners are free once it has ended. */
export function freeRunners(db: Database, experimentId: number) {
  return db
    .update(runners)
    .set({ experimentId: null })
    .where(
      and(
        eq(runners.experimentId, experimentId),
        sql`EXISTS (SELECT 1 FROM ${experiments} e
          WHERE e.id = ${experimentId} AND e.status IN ('completed', 'aborted'))`,
      ),
    );
}

/** Lets runners take an experiment that waited for its crates. */
export async function openExperiment(db: Database, experimentId: number): Promise<void> {
  await db
    .update(experiments)
    .set({ open: true })
    .where(
      and(
        eq(experiments.id, experimentId),
        eq(experiments.status, "queued"),
        sql`${experiments.crates} > 0`,
      ),
    );
}
