import { and, count, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { launchOfAgent, type LaunchSummaryRow, newestBegun } from "./launch.ts";
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
  row: AgentSettingsRow & Pick<AgentRow, "accountId" | "createdAt" | "origin">,
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

/** An agent, one of its launches, and its newest launch that began: as of one moment. */
export async function glanceAtAgent(
  db: Database,
  accountId: string,
  agentId: number,
  which: { id: number } | { number: number },
): Promise<
  { agent: ListedAgent; launch?: LaunchSummaryRow; newest?: LaunchSummaryRow } | undefined
> {
  const own = and(eq(agents.id, agentId), eq(agents.accountId, accountId));
  const [found, named, newest] = await db.batch([
    listed(db, own),
    launchOfAgent(db, agentId, which),
    newestBegun(db, agentId),
  ]);
  const [agent] = found;
  if (!agent) return undefined;
  return { agent, ...(named[0] && { launch: named[0] }), ...(newest[0] && { newest: newest[0] }) };
}

/** False: the account has no such agent. */
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

/** What a script kept, for its agent or (0) for its account; undefined: nothing yet. */
export async function readObject(
  db: Database,
  accountId: string,
  agentId: number,
): Promise<string | undefined> {
  const row = await db
    .select({ object: agentObjects.object })
    .from(agentObjects)
    .where(and(eq(agentObjects.accountId, accountId), eq(agentObjects.agentId, agentId)))
    .get();
  return row?.object;
}

export async function writeObject(
  db: Database,
  accountId: string,
  agentId: number,
  object: string,
): Promise<void> {
  await db
    .insert(agentObjects)
    .values({ accountId, agentId, object })
    .onConflictDoUpdate({
      target: [agentObjects.accountId, agentObjects.agentId],
      set: { object },
    });
}

/** Bytes of files of all of an account's agents. */
export async function accountFileBytes(db: Database, accountId: string): Promise<number> {
  const row = await db
    .select({ bytes: sql<number>`coalesce(sum(${agents.fileBytes}), 0)` })
    .from(agents)
    .where(eq(agents.accountId, accountId))
    .get();
  return row?.bytes ?? 0;
}

/** @param bytes Negative for what is gone. */
export async function addFileBytes(
  db: Database,
  accountId: string,
  agentId: number,
  bytes: number,
): Promise<void> {
  await db
    .update(agents)
    .set({ fileBytes: sql`max(0, file_bytes + ${bytes})` })
    .where(and(eq(agents.id, agentId), eq(agents.accountId, accountId)));
}

/** Ids of an account's agents. */
export async function listAgentIds(db: Database, accountId: string): Promise<number[]> {
  const rows = await db
    .select({ id: agents.id })
    .from(agents)
    .where(eq(agents.accountId, accountId));
  return rows.map(({ id }) => id);
}

/** Names that no script of the account has. */
export async function unknownScripts(
  db: Database,
  accountId: string,
  names: readonly string[],
): Promise<string[]> {
  const rows = await db.all<{ name: string }>(sql`
    SELECT value AS name FROM json_each(${JSON.stringify(names)})
    WHERE NOT EXISTS (SELECT 1 FROM ${scripts} s
      WHERE s.account_id = ${accountId} AND s.name IN (value, value || '.js'))`);
  return rows.map(({ name }) => name);
}
