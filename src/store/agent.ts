import { and, count, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { agentObjects, agentRemains, agents, launches, scripts } from "./schema/agent.ts";

export type AgentRow = typeof agents.$inferSelect;

/** What its owner sets. */
export type AgentSettingsRow = Pick<
  AgentRow,
  | "name"
  | "scriptId"
  | "command"
  | "argument"
  | "cron"
  | "tz"
  | "nextLaunchAt"
  | "timeLimit"
  | "maxParallel"
  | "retries"
  | "notify"
>;

export interface ListedAgent {
  agent: AgentRow;
  /** Name of its script. */
  script: string | null;
  running: number;
  queued: number;
}

/** Adds an agent unless the account has `max` already. @returns Its id; undefined when it has. */
export async function insertAgent(
  db: Database,
  row: AgentSettingsRow & Pick<AgentRow, "accountId" | "createdAt">,
  max: number,
): Promise<number | undefined> {
  const fresh: Omit<AgentRow, "id"> = {
    ...row,
    launchNumber: 0,
    lastEndStatus: null,
    lastEndMessage: null,
    fileBytes: 0,
    month: 0,
    monthSeconds: 0,
    monthLetters: 0,
    updatedAt: row.createdAt,
  };
  const values = Object.entries(getTableColumns(agents)).map(([name, column]) =>
    name === "id" ? sql`NULL` : sql`${sql.param(fresh[name as keyof typeof fresh], column)}`,
  );
  const added = await db
    .insert(agents)
    .select(
      sql`SELECT ${sql.join(values, sql`, `)}
        WHERE (SELECT count(*) FROM ${agents} WHERE account_id = ${row.accountId}) < ${max}`,
    )
    .returning({ id: agents.id })
    .get();
  return (added as { id: number } | undefined)?.id;
}

export function findAgent(
  db: Database,
  accountId: string,
  id: number,
): Promise<ListedAgent | undefined> {
  return listed(db, and(eq(agents.id, id), eq(agents.accountId, accountId))).get();
}

/** Undefined: the account has no such agent. */
export async function changeAgent(
  db: Database,
  accountId: string,
  id: number,
  changes: Partial<AgentSettingsRow> & { updatedAt: number },
): Promise<boolean> {
  const rows = await db
    .update(agents)
    .set(changes)
    .where(and(eq(agents.id, id), eq(agents.accountId, accountId)))
    .returning({ id: agents.id });
  return rows.length > 0;
}

/**
 * Takes an agent out; what is left of it is noted, for the clock to clear away. Launches that wait
 * are never claimed without it. False: there was none.
 */
export async function deleteAgent(db: Database, accountId: string, id: number): Promise<boolean> {
  const own = sql`SELECT id, account_id FROM ${agents} WHERE id = ${id} AND account_id = ${accountId}`;
  const [, , gone] = await db.batch([
    db.run(sql`INSERT INTO ${agentRemains} (agent_id, account_id) ${own}`),
    db
      .delete(agentObjects)
      .where(and(eq(agentObjects.accountId, accountId), eq(agentObjects.agentId, id))),
    db
      .delete(agents)
      .where(and(eq(agents.id, id), eq(agents.accountId, accountId)))
      .returning({ id: agents.id }),
  ]);
  return gone.length > 0;
}

/** One page of an account's agents, newest first, and how many there are in all. */
export async function listAgents(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: ListedAgent[]; total: number }> {
  const [rows, totals] = await db.batch([
    agentPage(db, accountId, slice),
    agentCount(db, accountId),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `agents_by_account`. Exported so that its plan can be tested. */
export function agentPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return listed(db, eq(agents.accountId, accountId))
    .orderBy(desc(agents.id))
    .limit(limit)
    .offset(offset);
}

/** Counted in an index alone. Exported so that its plan can be tested. */
export function agentCount(db: Database, accountId: string) {
  return db.select({ total: count() }).from(agents).where(eq(agents.accountId, accountId));
}

function listed(db: Database, which: SQL | undefined) {
  const own = sql`l.account_id = ${agents.accountId} AND l.agent_id = ${agents.id}`;
  // A batch's rows tell columns apart by their names alone.
  const script = sql<string | null>`${scripts.name}`.as("script_name");
  const running = sql<number>`(SELECT count(*) FROM ${launches} l
    WHERE ${own} AND l.claim IS NOT NULL AND l.state = 'running')`.as("running");
  const queued = sql<number>`(SELECT count(*) FROM ${launches} l
      WHERE ${own} AND l.state = 'queued')
    + (SELECT count(*) FROM ${launches} l
      WHERE ${own} AND l.claim IS NOT NULL AND l.state = 'starting')`.as("queued");
  return db
    .select({ agent: agents, script, running, queued })
    .from(agents)
    .leftJoin(scripts, eq(scripts.id, agents.scriptId))
    .where(which)
    .$dynamic();
}
