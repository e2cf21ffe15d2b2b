import { and, asc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { agentRemains, agents, launches } from "./schema/agent.ts";

export interface ExpiredLaunch {
  id: number;
  accountId: string;
  agentId: number;
  launchNumber: number;
  /** See `launches.files`. */
  files: string | null;
}

/** Those that ended before a time, the oldest first. Exported so that its plan can be tested. */
export function expiredLaunches(db: Database, before: number, limit: number) {
  const { id, accountId, agentId, launchNumber, files } = launches;
  return db
    .select({ id, accountId, agentId, launchNumber, files })
    .from(launches)
    .where(and(sql`ended_at IS NOT NULL`, lt(launches.endedAt, before)))
    .orderBy(asc(launches.endedAt))
    .limit(limit);
}

/** Forgets launches of one agent, and counts the bytes of their files off. */
export async function forgetLaunches(
  db: Database,
  agentId: number,
  ids: readonly number[],
): Promise<void> {
  const gone = sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND ended_at IS NOT NULL`;
  await db.batch([
    db.run(sql`
      UPDATE ${agents} SET file_bytes = max(0, file_bytes - (
        SELECT coalesce(sum(json_extract(f.value, '$[1]')), 0)
        FROM ${launches} l, json_each(coalesce(l.files, '[]')) f
        WHERE l.${gone}))
      WHERE id = ${agentId}`),
    db.run(sql`DELETE FROM ${launches} WHERE ${gone}`),
  ]);
}

export function remainingAgents(db: Database, limit: number) {
  return db.select().from(agentRemains).limit(limit);
}

/**
 * Forgets launches of a deleted agent, but those that somebody has: they still have to end.
 * @returns False when there is one left.
 */
export async function forgetLaunchesOf(
  db: Database,
  agentId: number,
  limit: number,
): Promise<boolean> {
  const [, left] = await db.batch([
    db.run(sql`
      DELETE FROM ${launches}
      WHERE id IN (SELECT id FROM ${launches} WHERE agent_id = ${agentId} AND claim IS NULL
        LIMIT ${limit})`),
    db.select({ id: launches.id }).from(launches).where(eq(launches.agentId, agentId)).limit(1),
  ]);
  return left.length === 0;
}

/** Nothing is left of a deleted agent. */
export async function forgetRemains(db: Database, agentId: number): Promise<void> {
  await db.delete(agentRemains).where(eq(agentRemains.agentId, agentId));
}
