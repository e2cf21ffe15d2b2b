import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type ExperimentRow, freeRunners, owedReport } from "./experiment.ts";
import { type OwedEvent, oweEvent } from "./experiment-event.ts";
import { experimentCrates, experimentResults, experiments } from "./schema/experiment.ts";

export interface NewResult {
  position: number;
  toolchain: number;
  result: string;
  logSize: number;
}

/**
 * Keeps results of an experiment that has not ended; the first of a crate and toolchain stands.
 * A crate that has all of its own is done; so is the experiment whose crates were dealt out one
 * by one, once all are.
 * @param event Tells of its completion.
 * @returns The experiment when it was completed by this.
 */
export async function keepResults(
  db: Database,
  experimentId: number,
  runnerId: number,
  results: NewResult[],
  now: number,
  event: OwedEvent,
): Promise<ExperimentRow | undefined> {
  const rows = JSON.stringify(
    results.map(({ position, toolchain, result, logSize }) => [
      position,
      toolchain,
      result,
      logSize,
    ]),
  );
  const positions = sql`(SELECT value FROM json_each(${JSON.stringify([
    ...new Set(results.map(({ position }) => position)),
  ])}))`;
  const atWork = sql`EXISTS (SELECT 1 FROM ${experiments} e
    WHERE e.id = ${experimentId} AND e.status IN ('queued', 'running'))`;
  const [, , , completed] = await db.batch([
    db.run(sql`
      INSERT INTO ${experimentResults}
        (experiment_id, position, toolchain, result, runner_id, log_size, created_at)
      SELECT ${experimentId}, n.value ->> 0, n.value ->> 1, n.value ->> 2, ${runnerId},
        n.value ->> 3, ${now}
      FROM json_each(${rows}) n
      WHERE ${atWork}
      ON CONFLICT DO NOTHING`),
    db.run(sql`
      UPDATE ${experimentCrates} SET due_at = NULL
      WHERE experiment_id = ${experimentId} AND position IN ${positions} AND +due_at IS NOT NULL
        AND (SELECT count(*) FROM ${experimentResults} r
            WHERE r.experiment_id = ${experimentId} AND r.position = ${experimentCrates.position})
          >= (SELECT e.width FROM ${experiments} e WHERE e.id = ${experimentId})`),
    // What the statement before brought to an end.
    db.run(sql`
      UPDATE ${experiments} SET done = done + changes()
      WHERE id = ${experimentId} AND changes() > 0`),
    db
      .update(experiments)
      .set({ status: "completed", open: false, completedAt: now, ...owedReport(now) })
      .where(
        and(
          eq(experiments.id, experimentId),
          sql`${experiments.status} IN ('queued', 'running')`,
          sql`${experiments.done} >= ${experiments.crates}`,
          sql`EXISTS (SELECT 1 FROM ${experimentCrates} x WHERE x.experiment_id = ${experimentId}
            AND x.position IN ${positions} AND x.deals > 0)`,
        ),
      )
      .returning(),
    oweEvent(db, experimentId, event),
    freeRunners(db, experimentId),
  ]);
  return completed[0];
}

/** Whose a crate's result under a toolchain is. */
export function findResult(
  db: Database,
  experimentId: number,
  { position, toolchain }: Pick<NewResult, "position" | "toolchain">,
) {
  return db
    .select({
      position: experimentResults.position,
      toolchain: experimentResults.toolchain,
      runnerId: experimentResults.runnerId,
    })
    .from(experimentResults)
    .where(
      and(
        eq(experimentResults.experimentId, experimentId),
        eq(experimentResults.position, position),
        eq(experimentResults.toolchain, toolchain),
      ),
    )
    .get();
}

export interface ResultPiece {
  position: number;
  crate: string;
  toolchain: number | null;
  result: string | null;
  logSize: number | null;
}

/** Crates of so many positions, each with its results, in order. */
export function resultPiece(db: Database, experimentId: number, from: number, count: number) {
  return db
    .select({
      position: experimentCrates.position,
      crate: experimentCrates.crate,
      toolchain: experimentResults.toolchain,
      result: experimentResults.result,
      logSize: experimentResults.logSize,
    })
    .from(experimentCrates)
    .leftJoin(
      experimentResults,
      and(
        eq(experimentResults.experimentId, experimentId),
        eq(experimentResults.position, experimentCrates.position),
      ),
    )
    .where(
      and(
        eq(experimentCrates.experimentId, experimentId),
        gte(experimentCrates.position, from),
        lt(experimentCrates.position, from + count),
      ),
    )
    .orderBy(asc(experimentCrates.position), asc(experimentResults.toolchain));
}
