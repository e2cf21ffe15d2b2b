import { and, asc, eq, gt, isNotNull, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { experimentCrates, experiments } from "./schema/experiment.ts";

/** A crate to be added; `key` is what it is known by. */
export interface NewCrate {
  key: string;
  /** JSON. */
  crate: string;
}

/** Crates in one statement; its one parameter stays well below what D1 takes. */
export const CRATES_AT_ONCE = 500;

/**
 * Adds crates at the end of an experiment that nobody has taken yet; those that it has are passed
 * over. At most {@link CRATES_AT_ONCE} of them.
 * @param max Crates that an experiment may have.
 * @returns How many it has now; undefined when it was taken, or is gone, and nothing was added.
 */
export async function addCrates(
  db: Database,
  experimentId: number,
  crates: NewCrate[],
  max: number,
): Promise<number | undefined> {
  const queued = sql`EXISTS (SELECT 1 FROM ${experiments} e
    WHERE e.id = ${experimentId} AND e.status = 'queued' AND e.started_at IS NULL
      AND e.crates + ${crates.length} <= ${max})`;
  const rows = JSON.stringify(crates.map(({ key, crate }) => [key, crate]));
  const [, updated] = await db.batch([
    db.run(sql`
      INSERT INTO ${experimentCrates} (experiment_id, position, key, crate, due_at)
      SELECT ${experimentId},
        (SELECT coalesce(max(position), -1) FROM ${experimentCrates}
          WHERE experiment_id = ${experimentId}) + 1 + n.key,
        n.value ->> 0, n.value ->> 1, 0
      FROM json_each(${rows}) n
      WHERE ${queued}
      ON CONFLICT DO NOTHING`),
    // What the statement before inserted.
    db
      .update(experiments)
      .set({ crates: sql`${experiments.crates} + changes()` })
      .where(and(eq(experiments.id, experimentId), queued))
      .returning({ crates: experiments.crates }),
  ]);
  return updated[0]?.crates;
}

/** Crates of an experiment that lack a result, from a position on, in order. */
export function undonePage(db: Database, experimentId: number, after: number, limit: number) {
  return db
    .select({ position: experimentCrates.position, crate: experimentCrates.crate })
    .from(experimentCrates)
    .where(
      and(
        eq(experimentCrates.experimentId, experimentId),
        gt(experimentCrates.position, after),
        // Not by its own index: the order is that of the positions.
        sql`+due_at IS NOT NULL`,
      ),
    )
    .orderBy(asc(experimentCrates.position))
    .limit(limit);
}

export interface Deal {
  experimentId: number;
  runnerId: number;
  now: number;
  leaseMs: number;
}

/**
 * Deals a crate: one that nobody has, or one whose lease ran out. One statement, so that no two
 * runners get the same. `deals` counts how often it was dealt by now.
 */
export async function dealCrate(
  db: Database,
  deal: Deal,
): Promise<{ position: number; crate: string; deals: number } | undefined> {
  const [row] = await dealStatement(db, deal);
  return row;
}

/** Exported so that its plan can be tested. */
export function dealStatement(db: Database, { experimentId, runnerId, now, leaseMs }: Deal) {
  const held = sql`EXISTS (SELECT 1 FROM runners r
    WHERE r.id = ${runnerId} AND r.experiment_id = ${experimentId})`;
  const next = db
    .select({ position: experimentCrates.position })
    .from(experimentCrates)
    .where(
      and(
        eq(experimentCrates.experimentId, experimentId),
        isNotNull(experimentCrates.dueAt),
        sql`${experimentCrates.dueAt} <= ${now}`,
        held,
      ),
    )
    .orderBy(asc(experimentCrates.dueAt))
    .limit(1);
  return db
    .update(experimentCrates)
    .set({ dueAt: now + leaseMs, runnerId, deals: sql`${experimentCrates.deals} + 1` })
    .where(
      and(eq(experimentCrates.experimentId, experimentId), eq(experimentCrates.position, next)),
    )
    .returning({
      position: experimentCrates.position,
      crate: experimentCrates.crate,
      deals: experimentCrates.deals,
    });
}

export interface FoundCrate {
  key: string;
  position: number;
  runnerId: number | null;
}

/** Where crates stand, by their keys. */
export function findCrates(
  db: Database,
  experimentId: number,
  keys: string[],
): Promise<FoundCrate[]> {
  return db.all<FoundCrate>(sql`
    SELECT c.key AS key, c.position AS position, c.runner_id AS runnerId
    FROM json_each(${JSON.stringify(keys)}) wanted
    JOIN ${experimentCrates} c ON c.experiment_id = ${experimentId} AND c.key = wanted.value`);
}
