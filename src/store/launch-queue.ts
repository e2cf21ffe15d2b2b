import { and, eq, isNotNull, lte, type SQL, sql } from "drizzle-orm";
import type { AgentRow } from "./agent.ts";
import type { Database } from "./database.ts";
import type { LaunchRow } from "./launch.ts";
import { agents, type EndStatus, launches, scripts } from "./schema/agent.ts";

/** How many launches may be claimed at once, beside each agent's own limit. */
export interface LaunchCaps {
  deployment: number;
  account: number;
}

/**
 * Id of the launch whose turn it is: of the accounts with one that may start, the one with the
 * fewest under way, and of its launches the oldest. Each account and agent in line costs a few
 * steps down an index, whatever the length of its line. Exported so that its plan can be tested.
 */
export function nextInLine(now: number, caps: LaunchCaps) {
  return sql`
    WITH RECURSIVE line (account_id, agent_id) AS (
      SELECT * FROM (SELECT account_id, agent_id FROM ${launches}
        WHERE state = 'queued' ORDER BY account_id, agent_id LIMIT 1)
      UNION ALL
      SELECT l.account_id, l.agent_id FROM line JOIN ${launches} l ON l.id = coalesce(
        (SELECT n.id FROM ${launches} n
          WHERE n.state = 'queued' AND n.account_id = line.account_id AND n.agent_id > line.agent_id
          ORDER BY n.agent_id, n.id LIMIT 1),
        (SELECT n.id FROM ${launches} n
          WHERE n.state = 'queued' AND n.account_id > line.account_id
          ORDER BY n.account_id, n.agent_id, n.id LIMIT 1))
    )
    SELECT l.id FROM line
    JOIN ${agents} a ON a.id = line.agent_id
    JOIN ${launches} l ON l.id = (
      SELECT q.id FROM ${launches} q
      WHERE q.state = 'queued' AND q.account_id = line.account_id AND q.agent_id = line.agent_id
        AND q.due_at <= ${now}
      ORDER BY q.id LIMIT 1)
    WHERE (SELECT count(*) FROM ${launches} c WHERE c.claim IS NOT NULL) < ${caps.deployment}
      AND (SELECT count(*) FROM ${launches} c WHERE c.claim IS NOT NULL
        AND c.account_id = line.account_id) < ${caps.account}
      AND (SELECT count(*) FROM ${launches} c WHERE c.claim IS NOT NULL
        AND c.account_id = line.account_id AND c.agent_id = line.agent_id) < a.max_parallel
    ORDER BY (SELECT count(*) FROM ${launches} c WHERE c.claim IS NOT NULL
      AND c.account_id = line.account_id), l.id
    LIMIT 1`;
}

/**
 * Takes the launch whose turn it is. Of several who ask at once, each gets another one.
 * @param until When the claim lapses unless it is accepted.
 */
export async function claimNext(
  db: Database,
  { claim, now, until, caps }: { claim: string; now: number; until: number; caps: LaunchCaps },
): Promise<{ id: number } | undefined> {
  const rows = await db.all<{ id: number }>(sql`
    UPDATE ${launches} SET state = 'starting', claim = ${claim}, due_at = ${until}
    WHERE id = (${nextInLine(now, caps)}) AND state = 'queued'
    RETURNING id`);
  return rows[0];
}

export interface Claim {
  launchId: number;
  claim: string;
}

function held({ launchId, claim }: Claim) {
  return and(eq(launches.id, launchId), eq(launches.claim, claim));
}

/** A launch with all that its run goes by. */
export interface ClaimedLaunch {
  launch: LaunchRow;
  agent: AgentRow;
  script: { name: string; text: string } | null;
}

/**
 * Whoever was handed a launch takes it on, which nobody else can from then on.
 * @param until By when it will have begun.
 * @returns Undefined when the claim is no longer good.
 */
export async function acceptClaim(
  db: Database,
  claim: Claim,
  until: number,
): Promise<ClaimedLaunch | undefined> {
  const [accepted, agent, script] = await db.batch([
    db
      .update(launches)
      .set({ dueAt: until })
      .where(and(held(claim), eq(launches.state, "starting")))
      .returning(),
    db
      .select()
      .from(agents)
      .where(sql`${agents.id} = ${agentOf(claim)}`),
    db
      .select({ name: scripts.name, text: scripts.text })
      .from(scripts)
      .where(
        sql`${scripts.id} = (SELECT a.script_id FROM ${agents} a WHERE a.id = ${agentOf(claim)})`,
      ),
  ]);
  if (!accepted[0] || !agent[0]) return undefined;
  return { launch: accepted[0], agent: agent[0], script: script[0] ?? null };
}

function agentOf({ launchId }: Claim) {
  return sql`(SELECT l.agent_id FROM ${launches} l WHERE l.id = ${launchId})`;
}

/** @param overdueAt When its end is overdue. False when the claim is no longer good. */
export async function beginLaunch(
  db: Database,
  claim: Claim,
  { startedAt, overdueAt }: { startedAt: number; overdueAt: number },
): Promise<boolean> {
  const rows = await db
    .update(launches)
    .set({ state: "running", startedAt, dueAt: overdueAt })
    .where(and(held(claim), eq(launches.state, "starting")))
    .returning({ id: launches.id });
  return rows.length > 0;
}

/** Moves the time from which on its end is overdue. */
export async function moveOverdue(db: Database, claim: Claim, overdueAt: number): Promise<void> {
  await db.update(launches).set({ dueAt: overdueAt }).where(held(claim));
}

/**
 * Puts a launch that has not begun back into the line, at its old place.
 * @param dueAt Not to be claimed before then.
 */
export async function requeue(db: Database, claim: Claim, dueAt: number): Promise<boolean> {
  const rows = await db
    .update(launches)
    .set({ state: "queued", claim: null, dueAt })
    .where(and(held(claim), eq(launches.state, "starting")))
    .returning({ id: launches.id });
  return rows.length > 0;
}

export interface LaunchOutcome {
  status: EndStatus;
  message: string;
  exitCode: number | null;
  at: number;
  /** JSON, see `launches.files`; and bytes of all together. */
  files: string | null;
  fileBytes: number;
  letters: number;
  /** Months since year 0, UTC, which the time counts for. */
  month: number;
}

/**
 * Writes down how a launch ended, and counts what it took, once.
 * @param retry Queues it once more, unless its retries are used up.
 * @returns Whether another one was queued; null when its end was written already.
 */
export async function endLaunch(
  db: Database,
  claim: Claim,
  outcome: LaunchOutcome,
  retry: boolean,
): Promise<{ retried: boolean } | null> {
  const { status, message, exitCode, at, files, fileBytes, letters, month } = outcome;
  const mine = sql`l.id = ${claim.launchId} AND l.claim = ${claim.claim}`;
  const seconds = sql`(SELECT coalesce((${at} - l.started_at + 999) / 1000, 0)
    FROM ${launches} l WHERE ${mine})`;
  const ofMonth = (column: string, more: SQL) =>
    sql`CASE WHEN month = ${month} THEN ${sql.raw(column)} ELSE 0 END + ${more}`;
  const [again, , ended] = await db.batch([
    db.all(sql`
      INSERT INTO ${launches} (account_id, agent_id, launch_number, type, state, due_at, command,
        argument, retry_count, queued_at)
      SELECT l.account_id, l.agent_id, a.launch_number + 1, 'retry', 'queued', 0, l.command,
        l.argument, l.retry_count + 1, ${at}
      FROM ${launches} l JOIN ${agents} a ON a.id = l.agent_id
      WHERE ${mine} AND ${retry ? 1 : 0} = 1 AND l.retry_count < a.retries
      RETURNING id`),
    db
      .update(agents)
      .set({
        launchNumber: sql`launch_number + EXISTS (SELECT 1 FROM ${launches} n
          WHERE n.agent_id = agents.id AND n.launch_number = agents.launch_number + 1)`,
        lastEndStatus: status,
        lastEndMessage: message,
        fileBytes: sql`file_bytes + ${fileBytes}`,
        month,
        monthSeconds: ofMonth("month_seconds", seconds),
        monthLetters: ofMonth("month_letters", sql`${letters}`),
      })
      .where(sql`id = (SELECT l.agent_id FROM ${launches} l WHERE ${mine})`),
    db
      .update(launches)
      .set({
        state: "ended",
        claim: null,
        dueAt: null,
        endedAt: at,
        exitCode,
        endStatus: status,
        endMessage: message,
        files,
      })
      .where(held(claim))
      .returning({ id: launches.id }),
  ]);
  return ended.length > 0 ? { retried: again.length > 0 } : null;
}

/** Lets go of a launch whose agent was deleted: it is to be forgotten. */
export async function abandonLaunch(db: Database, claim: Claim, at: number): Promise<void> {
  await db
    .update(launches)
    .set({ state: "ended", claim: null, dueAt: null, endedAt: at, endStatus: "error" })
    .where(held(claim));
}

/** Whether a launch is still whose claim it is. */
export async function isHeld(db: Database, claim: Claim): Promise<boolean> {
  const row = await db.select({ id: launches.id }).from(launches).where(held(claim)).get();
  return row !== undefined;
}

/** Launches that somebody has for longer than they said: of those under way, which are few. */
export function overdueLaunches(db: Database, now: number) {
  return db
    .select({ launch: launches, agent: agents })
    .from(launches)
    .leftJoin(agents, eq(agents.id, launches.agentId))
    .where(and(isNotNull(launches.claim), lte(launches.dueAt, now)));
}
