import { and, count, desc, eq, isNotNull, lte, sql } from "drizzle-orm";
import { violatesUnique } from "./constraint.ts";
import type { Database } from "./database.ts";
import { type OwedEvent, oweEvent } from "./experiment-event.ts";
import { experimentCrates, experiments } from "./schema/experiment.ts";
import { runners } from "./schema/runner.ts";

export type RunnerRow = typeof runners.$inferSelect;
export type NewRunnerRow = Pick<RunnerRow, "accountId" | "name" | "prefix" | "hash" | "createdAt">;

/**
 * Adds a runner unless the account has `max` already.
 * @returns Its id, or why it was not added.
 */
export async function insertRunner(
  db: Database,
  row: NewRunnerRow & { capabilities: string },
  max: number,
): Promise<number | "limit" | "name" | "prefix"> {
  try {
    const rows = await db.all<{ id: number }>(sql`
      INSERT INTO ${runners} (account_id, name, prefix, hash, capabilities, created_at)
      SELECT ${row.accountId}, ${row.name}, ${row.prefix}, ${row.hash}, ${row.capabilities},
        ${row.createdAt}
      WHERE (SELECT count(*) FROM ${runners} WHERE account_id = ${row.accountId}) < ${max}
      RETURNING id`);
    return rows[0]?.id ?? "limit";
  } catch (error) {
    if (violatesUnique(error, "runners.account_id")) return "name";
    if (violatesUnique(error, "runners.prefix")) return "prefix";
    throw error;
  }
}

/** The only read that is not an account's own: it finds out whose the token is. */
export function findRunnerByPrefix(db: Database, prefix: string): Promise<RunnerRow | undefined> {
  return db.select().from(runners).where(eq(runners.prefix, prefix)).get();
}

/** A batch's rows tell columns apart by their names alone. */
const experimentName = sql<string | null>`${experiments.name}`.as("experiment_name");

export interface ListedRunner {
  runner: RunnerRow;
  /** Name of what it works on. */
  experiment: string | null;
}

/** By id, or by name. */
export function findRunner(
  db: Database,
  accountId: string,
  which: { id: number } | { name: string },
): Promise<ListedRunner | undefined> {
  return db
    .select({ runner: runners, experiment: experimentName })
    .from(runners)
    .leftJoin(experiments, eq(experiments.id, runners.experimentId))
    .where(
      and(
        eq(runners.accountId, accountId),
        "id" in which ? eq(runners.id, which.id) : eq(runners.name, which.name),
      ),
    )
    .get();
}

/** One page of an account's runners, newest first, and how many there are in all. */
export async function listRunners(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: ListedRunner[]; total: number }> {
  const [rows, totals] = await db.batch([
    runnerPage(db, accountId, slice),
    db.select({ total: count() }).from(runners).where(eq(runners.accountId, accountId)),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `runners_by_account`. Exported so that its plan can be tested. */
export function runnerPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select({ runner: runners, experiment: experimentName })
    .from(runners)
    .leftJoin(experiments, eq(experiments.id, runners.experimentId))
    .where(eq(runners.accountId, accountId))
    .orderBy(desc(runners.id))
    .limit(limit)
    .offset(offset);
}

/** Notes a sign of life, and who gives it. */
export async function noteSeen(
  db: Database,
  runnerId: number,
  sign: { at: number; beats: boolean; revision: string | null },
): Promise<void> {
  const { at: lastSeenAt, beats, revision } = sign;
  await db.update(runners).set({ lastSeenAt, beats, revision }).where(eq(runners.id, runnerId));
}

/** @param capabilities JSON array. Nothing is written when it is the same. */
export async function setCapabilities(
  db: Database,
  runnerId: number,
  capabilities: string,
): Promise<void> {
  await db
    .update(runners)
    .set({ capabilities })
    .where(and(eq(runners.id, runnerId), sql`${runners.capabilities} <> ${capabilities}`));
}

/** Runners at work that were not heard of for so long; those that send no heartbeats get longer. */
export function lostRunners(
  db: Database,
  before: { beating: number; silent: number },
  limit: number,
) {
  return db
    .select()
    .from(runners)
    .where(
      and(
        isNotNull(runners.experimentId),
        lte(runners.lastSeenAt, before.beating),
        sql`(${runners.beats} = 1 OR ${runners.lastSeenAt} <= ${before.silent})`,
      ),
    )
    .limit(limit);
}

/**
 * Takes its work from a runner: what was dealt to it goes back, and so does the experiment unless
 * others are at it.
 * @returns False when the runner was heard of since, or had none.
 */
export async function takeWorkFrom(
  db: Database,
  runner: Pick<RunnerRow, "id" | "experimentId" | "lastSeenAt">,
  event: OwedEvent,
): Promise<boolean> {
  const { id, experimentId, lastSeenAt } = runner;
  if (experimentId === null) return false;
  const gone = sql`NOT EXISTS (SELECT 1 FROM ${runners} r
    WHERE r.id = ${id} AND r.experiment_id = ${experimentId})`;
  const [taken] = await db.batch([
    db
      .update(runners)
      .set({ experimentId: null, lateExperimentId: experimentId })
      .where(
        and(
          eq(runners.id, id),
          eq(runners.experimentId, experimentId),
          sql`${runners.lastSeenAt} IS ${lastSeenAt}`,
        ),
      )
      .returning({ id: runners.id }),
    oweEvent(db, experimentId, event),
    giveBack(db, experimentId, id, gone),
    reopen(db, experimentId),
  ]);
  return taken.length > 0;
}

/** Removes a runner, and takes its work from it, of which the event tells. False when the account has no such runner. */
export async function deleteRunner(
  db: Database,
  accountId: string,
  runner: Pick<RunnerRow, "id" | "experimentId">,
  event: OwedEvent,
): Promise<boolean> {
  const { id, experimentId } = runner;
  const removal = db
    .delete(runners)
    .where(and(eq(runners.id, id), eq(runners.accountId, accountId)))
    .returning({ id: runners.id });
  if (experimentId === null) return (await removal).length > 0;
  const gone = sql`NOT EXISTS (SELECT 1 FROM ${runners} r WHERE r.id = ${id})`;
  const [removed] = await db.batch([
    removal,
    oweEvent(db, experimentId, event),
    giveBack(db, experimentId, id, gone),
    reopen(db, experimentId),
  ]);
  return removed.length > 0;
}

/** Crates under lease are few: they stand together in `experiment_crates_due`. */
function giveBack(
  db: Database,
  experimentId: number,
  runnerId: number,
  gone: ReturnType<typeof sql>,
) {
  return db
    .update(experimentCrates)
    .set({ dueAt: 0 })
    .where(
      and(
        eq(experimentCrates.experimentId, experimentId),
        sql`${experimentCrates.dueAt} > 0`,
        eq(experimentCrates.runnerId, runnerId),
        gone,
      ),
    );
}

/** An experiment that runs and that nobody is at any more may be taken again. */
function reopen(db: Database, experimentId: number) {
  return db
    .update(experiments)
    .set({ status: "queued", open: true, runnerId: null })
    .where(
      and(
        eq(experiments.id, experimentId),
        eq(experiments.status, "running"),
        sql`NOT EXISTS (SELECT 1 FROM ${runners} r WHERE r.experiment_id = ${experimentId})`,
      ),
    );
}
