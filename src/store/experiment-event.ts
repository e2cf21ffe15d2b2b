import { and, asc, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type ExperimentEvent, experimentEvents, experiments } from "./schema/experiment.ts";

export type ExperimentEventRow = typeof experimentEvents.$inferSelect;

/** What an account's stream is to be told of an experiment. */
export interface OwedEvent {
  /** Grows with time; the stream takes each once. */
  id: string;
  kind: ExperimentEvent;
  /** JSON. */
  details: string;
  at: number;
}

/** Whether the statement before in a batch changed anything. */
const CHANGED = sql`changes() > 0`;

/**
 * For a batch, right behind the statement that makes a transition: the event that tells of it is
 * owed once it was made, and only then.
 * @param experimentId May be SQL, as may `kind` and `details`; `e` is the experiment.
 * @param made What says that the transition is made, where it is not the statement before.
 */
export function oweEvent(
  db: Database,
  experimentId: number | SQL,
  event: Pick<OwedEvent, "id" | "at"> & { kind: ExperimentEvent | SQL; details: string | SQL },
  made: SQL = CHANGED,
) {
  const { id, kind, details, at } = event;
  return db.run(sql`
    INSERT INTO ${experimentEvents} (account_id, id, experiment, kind, details, at)
    SELECT e.account_id, ${id}, e.name, ${kind}, ${details}, ${at}
    FROM ${experiments} e WHERE e.id = ${experimentId} AND ${made}`);
}

/** Owes an event that no transition is behind. */
export async function insertEvent(db: Database, row: ExperimentEventRow): Promise<void> {
  await db.insert(experimentEvents).values(row);
}

/** What an account's stream is owed, oldest first. */
export function owedEvents(
  db: Database,
  accountId: string,
  limit: number,
): Promise<ExperimentEventRow[]> {
  return db
    .select()
    .from(experimentEvents)
    .where(eq(experimentEvents.accountId, accountId))
    .orderBy(asc(experimentEvents.id))
    .limit(limit);
}

/** The stream has them. */
export async function forgetEvents(db: Database, accountId: string, ids: string[]): Promise<void> {
  const listed = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  await db
    .delete(experimentEvents)
    .where(and(eq(experimentEvents.accountId, accountId), inArray(experimentEvents.id, listed)));
}

/** The next account, by its id, whose stream is owed something; undefined for none. */
export async function nextOwedAccount(db: Database, after: string): Promise<string | undefined> {
  const row = await owedAccountStatement(db, after).get();
  return row?.accountId;
}

/** Exported so that its plan can be tested. */
export function owedAccountStatement(db: Database, after: string) {
  return db
    .select({ accountId: experimentEvents.accountId })
    .from(experimentEvents)
    .where(gt(experimentEvents.accountId, after))
    .orderBy(asc(experimentEvents.accountId))
    .limit(1);
}
