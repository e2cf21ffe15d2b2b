import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ExperimentRow } from "./experiment.ts";
import { type OwedEvent, oweEvent } from "./experiment-event.ts";
import {
  experimentCrates,
  experimentRemains,
  experimentResults,
  experiments,
} from "./schema/experiment.ts";
import { runners } from "./schema/runner.ts";

/**
 * Queues an ended experiment again, without the results that `failed` describes.
 * @param failed SQLite GLOB patterns of results.
 * @param event Its details are how many crates are to be done.
 */
export async function reviveExperiment(
  db: Database,
  experimentId: number,
  failed: readonly string[],
  event: Omit<OwedEvent, "details">,
): Promise<boolean> {
  const ended = sql`EXISTS (SELECT 1 FROM ${experiments} e
    WHERE e.id = ${experimentId} AND e.status IN ('completed', 'aborted'))`;
  const matches = sql.join(
    failed.map((pattern) => sql`${experimentResults.result} GLOB ${pattern}`),
    sql` OR `,
  );
  const [, , rows] = await db.batch([
    db
      .delete(experimentResults)
      .where(and(eq(experimentResults.experimentId, experimentId), ended, sql`(${matches})`)),
    db
      .update(experimentCrates)
      .set({ dueAt: 0, deals: 0 })
      .where(
        and(
          eq(experimentCrates.experimentId, experimentId),
          ended,
          sql`(SELECT count(*) FROM ${experimentResults} r
              WHERE r.experiment_id = ${experimentId}
                AND r.position = ${experimentCrates.position})
            < (SELECT e.width FROM ${experiments} e WHERE e.id = ${experimentId})`,
        ),
      ),
    db
      .update(experiments)
      .set({
        status: "queued",
        open: sql`${experiments.crates} > 0`,
        runnerId: null,
        completedAt: null,
        reportDueAt: null,
        reportedAt: null,
        done: sql`${experiments.crates} - (SELECT count(*) FROM ${experimentCrates} x
          WHERE x.experiment_id = ${experimentId} AND x.due_at IS NOT NULL)`,
      })
      .where(
        and(
          eq(experiments.id, experimentId),
          inArray(experiments.status, ["completed", "aborted"]),
        ),
      )
      .returning({ id: experiments.id }),
    oweEvent(db, experimentId, {
      ...event,
      details: sql`json_object('crates', e.crates - e.done)`,
    }),
  ]);
  return rows.length > 0;
}

/**
 * Removes an experiment; its crates, results and files are swept later.
 * @param endedBy Only if it had ended by then.
 */
export async function deleteExperiment(
  db: Database,
  { id, accountId }: Pick<ExperimentRow, "id" | "accountId">,
  event: OwedEvent,
  endedBy?: number,
): Promise<boolean> {
  const due = and(
    eq(sql`e.account_id`, accountId),
    endedBy === undefined ? undefined : lte(sql`e.completed_at`, endedBy),
  );
  const [, removed] = await db.batch([
    oweEvent(db, id, event, sql`${due}`),
    db.all<{ id: number }>(sql`
      DELETE FROM ${experiments} AS e WHERE e.id = ${id} AND ${due} RETURNING id`),
    db.run(sql`
      INSERT INTO ${experimentRemains} (experiment_id, account_id)
      SELECT ${id}, ${accountId} WHERE changes() > 0`),
    db
      .update(runners)
      .set({ experimentId: null })
      .where(
        and(
          eq(runners.experimentId, id),
          sql`NOT EXISTS (SELECT 1 FROM ${experiments} WHERE id = ${id})`,
        ),
      ),
  ]);
  return removed.length > 0;
}

/** Experiments that had ended by a time, the oldest first. Exported so that its plan can be tested. */
export function endedPage(db: Database, by: number, limit: number) {
  return db
    .select({ id: experiments.id, accountId: experiments.accountId })
    .from(experiments)
    .where(lte(experiments.completedAt, by))
    .orderBy(asc(experiments.completedAt))
    .limit(limit);
}

/** Experiments that are gone, and what is left of them. */
export function remains(db: Database, limit: number) {
  return db.select().from(experimentRemains).limit(limit);
}

/** Removes so many crates with their results of what is left. True when none is left. */
export async function sweepRemains(
  db: Database,
  experimentId: number,
  limit: number,
): Promise<boolean> {
  const last = sql`(SELECT max(position) FROM (SELECT position FROM ${experimentCrates}
    WHERE experiment_id = ${experimentId} ORDER BY position LIMIT ${limit}))`;
  const [, crates] = await db.batch([
    db
      .delete(experimentResults)
      .where(
        and(
          eq(experimentResults.experimentId, experimentId),
          sql`${experimentResults.position} <= ${last}`,
        ),
      ),
    db
      .delete(experimentCrates)
      .where(
        and(
          eq(experimentCrates.experimentId, experimentId),
          sql`${experimentCrates.position} <= ${last}`,
        ),
      )
      .returning({ position: experimentCrates.position }),
  ]);
  return crates.length < limit;
}

export async function forgetRemains(db: Database, experimentId: number): Promise<void> {
  await db.delete(experimentRemains).where(eq(experimentRemains.experimentId, experimentId));
}
