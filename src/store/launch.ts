import { and, count, desc, eq, getTableColumns, isNotNull, sql } from "drizzle-orm";
import type { AgentRow } from "./agent.ts";
import type { Database } from "./database.ts";
import { type Abort, agents, launches, type LaunchType } from "./schema/agent.ts";

export type LaunchRow = typeof launches.$inferSelect;

const { argument: _argument, files: _files, ...SUMMARY } = getTableColumns(launches);

/** Without what may be large. */
export type LaunchSummaryRow = Omit<LaunchRow, "argument" | "files">;

export interface NewLaunch {
  accountId: string;
  agentId: number;
  type: LaunchType;
  /** Undefined: the agent's own, as `argument`. */
  command: string | null | undefined;
  argument: string | undefined;
  queuedAt: number;
}

/**
 * Queues a launch and counts it, unless `max` of its agent's wait already.
 * @param also Changes of the agent that go with it.
 * @returns Null: there is no such agent, or too many wait.
 */
export async function insertLaunch(
  db: Database,
  launch: NewLaunch,
  max: number,
  also: Partial<Pick<AgentRow, "command" | "argument" | "origin">> = {},
): Promise<{ id: number; launchNumber: number } | null> {
  const { accountId, agentId, type, command, argument, queuedAt } = launch;
  const [added] = await db.batch([
    db.all<{ id: number; launch_number: number }>(sql`
      INSERT INTO ${launches} (account_id, agent_id, launch_number, type, state, due_at, command,
        argument, retry_count, queued_at)
      SELECT account_id, id, launch_number + 1, ${type}, 'queued', 0,
        ${command === undefined ? sql`command` : command}, ${argument ?? sql`argument`}, 0,
        ${queuedAt}
      FROM ${agents}
      WHERE id = ${agentId} AND account_id = ${accountId}
        AND (SELECT count(*) FROM ${launches} q WHERE q.state = 'queued'
          AND q.account_id = ${accountId} AND q.agent_id = ${agentId}) < ${max}
      RETURNING id, launch_number`),
    // Only where there is a launch of the next number.
    db
      .update(agents)
      .set({ launchNumber: sql`launch_number + 1`, ...also })
      .where(and(ofAgent(accountId, agentId), isNextThere())),
  ]);
  const [row] = added;
  return row ? { id: row.id, launchNumber: row.launch_number } : null;
}

function isNextThere() {
  return sql`EXISTS (SELECT 1 FROM ${launches} l
    WHERE l.agent_id = ${agents.id} AND l.launch_number = ${agents.launchNumber} + 1)`;
}

function ofAgent(accountId: string, agentId: number) {
  return and(eq(agents.id, agentId), eq(agents.accountId, accountId));
}

/** One that is due by its schedule: see {@link insertDueLaunch}. */
export interface DueAgent {
  id: number;
  accountId: string;
  cron: string | null;
  tz: string | null;
  nextLaunchAt: number;
}

/** Agents whose schedule's time has come, the longest due first, along `agents_due`. */
export async function dueAgents(db: Database, now: number, limit: number): Promise<DueAgent[]> {
  const { id, accountId, cron, tz, nextLaunchAt } = getTableColumns(agents);
  const rows = await db
    .select({ id, accountId, cron, tz, nextLaunchAt })
    .from(agents)
    .where(and(isNotNull(nextLaunchAt), sql`${nextLaunchAt} <= ${now}`))
    .orderBy(nextLaunchAt)
    .limit(limit);
  return rows.flatMap((row) =>
    row.nextLaunchAt === null ? [] : [{ ...row, nextLaunchAt: row.nextLaunchAt }],
  );
}

/**
 * Moves a schedule on and queues its launch, both or neither; whoever comes second does nothing.
 * With `max` launches of the agent in line none is added.
 * @returns Whether one was queued.
 */
export async function insertDueLaunch(
  db: Database,
  agent: DueAgent,
  { now, next, max }: { now: number; next: number | null; max: number },
): Promise<boolean> {
  const due = sql`id = ${agent.id} AND next_launch_at = ${agent.nextLaunchAt}`;
  const [added] = await db.batch([
    db.all(sql`
      INSERT INTO ${launches} (account_id, agent_id, launch_number, type, state, due_at, command,
        argument, retry_count, queued_at)
      SELECT account_id, id, launch_number + 1, 'automatic', 'queued', 0, command, argument, 0,
        ${now}
      FROM ${agents}
      WHERE ${due} AND (SELECT count(*) FROM ${launches} q WHERE q.state = 'queued'
        AND q.account_id = ${agent.accountId} AND q.agent_id = ${agent.id}) < ${max}
      RETURNING id`),
    db
      .update(agents)
      .set({
        nextLaunchAt: next,
        launchNumber: sql`launch_number + ${isNextThere()}`,
      })
      .where(due),
  ]);
  return added.length > 0;
}

export function findLaunch(
  db: Database,
  accountId: string,
  id: number,
): Promise<LaunchRow | undefined> {
  return db
    .select()
    .from(launches)
    .where(and(eq(launches.id, id), eq(launches.accountId, accountId)))
    .get();
}

/** Of an agent: by its number, or by its id. */
export function launchOfAgent(
  db: Database,
  agentId: number,
  which: { id: number } | { number: number },
) {
  return db
    .select(SUMMARY)
    .from(launches)
    .where(
      and(
        eq(launches.agentId, agentId),
        "id" in which ? eq(launches.id, which.id) : eq(launches.launchNumber, which.number),
      ),
    );
}

/**
 * The newest of an agent that began: read backwards along `launches_by_number`, past those that
 * wait. Exported so that its plan can be tested.
 */
export function newestBegun(db: Database, agentId: number) {
  return db
    .select(SUMMARY)
    .from(launches)
    .where(and(eq(launches.agentId, agentId), isNotNull(launches.startedAt)))
    .orderBy(desc(launches.launchNumber))
    .limit(1);
}

/** One page of an agent's launches, newest first, and how many there are in all. */
export async function listLaunches(
  db: Database,
  agentId: number,
  slice: { offset: number; limit: number },
): Promise<{ rows: LaunchSummaryRow[]; total: number }> {
  const [rows, totals] = await db.batch([launchPage(db, agentId, slice), launchCount(db, agentId)]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `launches_by_number`. Exported so that its plan can be tested. */
export function launchPage(
  db: Database,
  agentId: number,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select(SUMMARY)
    .from(launches)
    .where(eq(launches.agentId, agentId))
    .orderBy(desc(launches.launchNumber))
    .limit(limit)
    .offset(offset);
}

/** Counted in `launches_by_number` alone. Exported so that its plan can be tested. */
export function launchCount(db: Database, agentId: number) {
  return db.select({ total: count() }).from(launches).where(eq(launches.agentId, agentId));
}

/** Those that have ended since, newest first, along `launches_by_number`. */
export function endedLaunches(db: Database, agentId: number, since: number, limit: number) {
  return db
    .select(SUMMARY)
    .from(launches)
    .where(and(eq(launches.agentId, agentId), sql`${launches.endedAt} >= ${since}`))
    .orderBy(desc(launches.launchNumber))
    .limit(limit);
}

/**
 * Ends the launches that wait: all of an agent's, or one.
 * @returns Those that were ended.
 */
export async function abortQueued(
  db: Database,
  { accountId, agentId, id }: { accountId: string; agentId: number; id?: number },
  end: { at: number; message: string },
): Promise<LaunchSummaryRow[]> {
  return db
    .update(launches)
    .set({
      state: "ended",
      dueAt: null,
      endedAt: end.at,
      endStatus: "error",
      endMessage: end.message,
    })
    .where(
      and(
        eq(launches.accountId, accountId),
        eq(launches.agentId, agentId),
        sql`${launches.state} = 'queued'`,
        id === undefined ? undefined : eq(launches.id, id),
      ),
    )
    .returning(SUMMARY);
}

/**
 * Notes that launches that somebody has are to end.
 * @returns Their ids, whether it was noted before or not.
 */
export async function abortClaimed(
  db: Database,
  { accountId, agentId, id }: { accountId: string; agentId: number; id?: number },
  how: Abort,
): Promise<number[]> {
  const rows = await db
    .update(launches)
    .set({ abort: how === "hard" ? how : sql`coalesce(abort, ${how})` })
    .where(
      and(
        eq(launches.accountId, accountId),
        eq(launches.agentId, agentId),
        isNotNull(launches.claim),
        id === undefined ? undefined : eq(launches.id, id),
      ),
    )
    .returning({ id: launches.id });
  return rows.map((row) => row.id);
}
