import { and, asc, eq, gt, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type ExperimentRow } from "./experiment.ts";
import { type OwedEvent, oweEvent } from "./experiment-event.ts";
import { experimentCrates, experimentResults, experiments } from "./schema/experiment.ts";

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
  accountId: string;
  /** The experiment's name. */
  experiment: string;
  runnerId: number;
  now: number;
  leaseMs: number;
}

/**
 * Deals a crate of the runner's experiment: one that nobody has, or one whose lease ran out. One
 * transaction, so that no two runners get the same.
 * @param event Tells that it was dealt before; its details are the crate's JSON, and its deals.
 * @returns Null for none; undefined when there is no such experiment. `deals` counts how often it
 * was dealt by now.
 */
export async function dealCrate(
  db: Database,
  deal: Deal,
  event: Omit<OwedEvent, "details"> & { runner: string },
): Promise<{ crate: string; deals: number } | null | undefined> {
  const { id, kind, at, runner } = event;
  const before = sql`FROM ${experimentCrates} x
    WHERE x.experiment_id = e.id AND x.position = ${nextPosition(db, deal)} AND x.deals > 0`;
  const details = sql`(SELECT json_object('crate', json(x.crate), 'runner', ${runner},
    'deals', x.deals + 1) ${before})`;
  const [there, , dealt] = await db.batch([
    db.select({ id: experiments.id }).from(experiments).where(named(deal)),
    oweEvent(db, idOf(deal), { id, kind, details, at }, sql`EXISTS (SELECT 1 ${before})`),
    dealStatement(db, deal),
  ]);
  return there.length === 0 ? undefined : (dealt[0] ?? null);
}

/** Exported so that its plan can be tested. */
export function dealStatement(db: Database, deal: Deal) {
  const { runnerId, now, leaseMs } = deal;
  return db
    .update(experimentCrates)
    .set({ dueAt: now + leaseMs, runnerId, deals: sql`${experimentCrates.deals} + 1` })
    .where(
      and(
        eq(experimentCrates.experimentId, idOf(deal)),
        eq(experimentCrates.position, nextPosition(db, deal)),
      ),
    )
    .returning({ crate: experimentCrates.crate, deals: experimentCrates.deals });
}

function named({ accountId, experiment }: Pick<Deal, "accountId" | "experiment">): SQL | undefined {
  return and(eq(experiments.accountId, accountId), eq(experiments.name, experiment));
}

function idOf(deal: Deal): SQL<number> {
  return sql`(SELECT id FROM ${experiments} WHERE ${named(deal)})`;
}

/** The crate that is dealt next. */
function nextPosition(db: Database, deal: Deal): SQL<number> {
  const { runnerId, now } = deal;
  const held = sql`EXISTS (SELECT 1 FROM runners r
    WHERE r.id = ${runnerId} AND r.experiment_id = ${experimentCrates.experimentId})`;
  const next = db
    .select({ position: experimentCrates.position })
    .from(experimentCrates)
    .where(
      and(
        eq(experimentCrates.experimentId, idOf(deal)),
        isNotNull(experimentCrates.dueAt),
        sql`${experimentCrates.dueAt} <= ${now}`,
        held,
      ),
    )
    .orderBy(asc(experimentCrates.dueAt))
    .limit(1);
  return sql`(${next})`;
}

export interface FoundCrate {
  key: string;
  position: number;
  /** Places of the toolchains that it has results for. */
  kept: number[];
}

/**
 * An experiment of an account's, and where crates stand in it, by their keys.
 * @param which By name, or by id.
 */
export async function findCrates(
  db: Database,
  accountId: string,
  which: { id: number } | { name: string },
  keys: string[],
): Promise<{ experiment: ExperimentRow; crates: FoundCrate[] } | undefined> {
  const own = and(
    eq(experiments.accountId, accountId),
    "id" in which ? eq(experiments.id, which.id) : eq(experiments.name, which.name),
  );
  const [[experiment], crates] = await db.batch([
    db.select().from(experiments).where(own),
    db.all<Omit<FoundCrate, "kept"> & { kept: string }>(foundStatement(own, keys)),
  ]);
  if (!experiment) return undefined;
  const found = crates.map((row) => ({ ...row, kept: JSON.parse(row.kept) as number[] }));
  return { experiment, crates: found };
}

/** Exported so that its plan can be tested. */
export function foundStatement(own: SQL | undefined, keys: string[]): SQL {
  return sql`
    SELECT c.key AS key, c.position AS position,
      (SELECT json_group_array(r.toolchain) FROM ${experimentResults} r
        WHERE r.experiment_id = c.experiment_id AND r.position = c.position) AS kept
    FROM ${experiments} CROSS JOIN json_each(${JSON.stringify(keys)}) wanted
      CROSS JOIN ${experimentCrates} c ON c.experiment_id = ${experiments.id} AND c.key = wanted.value
    WHERE ${own}`;
}
