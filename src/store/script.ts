import { and, count, desc, eq, getTableColumns, inArray, sql } from "drizzle-orm";
import { violatesUnique } from "./constraint.ts";
import type { Database } from "./database.ts";
import { agents, scripts } from "./schema/agent.ts";

export type ScriptRow = typeof scripts.$inferSelect;
export type NewScriptRow = Omit<ScriptRow, "id" | "infoString" | "markdown">;

const {
  text: _text,
  infoString: _infoString,
  markdown: _markdown,
  ...SUMMARY
} = getTableColumns(scripts);

/** Without what is large. */
export type ScriptSummaryRow = Omit<ScriptRow, "text" | "infoString" | "markdown">;

/**
 * Adds a script unless the account has `max` already.
 * @returns Why it was not added.
 */
export async function insertScript(
  db: Database,
  row: NewScriptRow,
  max: number,
): Promise<ScriptRow | "limit" | "name"> {
  try {
    const added = await db
      .insert(scripts)
      .select(sql`
        SELECT NULL, ${row.accountId}, ${row.name}, ${row.size}, ${row.source}, ${row.createdAt},
          ${row.updatedAt}, ${row.text}, '', ''
        WHERE (SELECT count(*) FROM ${scripts} WHERE account_id = ${row.accountId}) < ${max}`)
      .returning()
      .get();
    return (added as ScriptRow | undefined) ?? "limit";
  } catch (error) {
    if (violatesUnique(error, "scripts.account_id")) return "name";
    throw error;
  }
}

export function findScript(
  db: Database,
  accountId: string,
  which: { id: number } | { name: string },
): Promise<ScriptRow | undefined> {
  return db.select().from(scripts).where(owned(accountId, which)).get();
}

export type ScriptChanges = Partial<
  Pick<ScriptRow, "name" | "text" | "size" | "source" | "infoString" | "markdown" | "updatedAt">
>;

/** @returns Undefined: the account has no such script. "name": another one has the name. */
export async function changeScript(
  db: Database,
  accountId: string,
  which: { id: number } | { name: string },
  changes: ScriptChanges,
): Promise<ScriptRow | "name" | undefined> {
  try {
    return await db.update(scripts).set(changes).where(owned(accountId, which)).returning().get();
  } catch (error) {
    if (violatesUnique(error, "scripts.account_id")) return "name";
    throw error;
  }
}

/** Takes a script out; its agents have none from then on. False: there was none. */
export async function deleteScript(db: Database, accountId: string, id: number): Promise<boolean> {
  const [gone] = await db.batch([
    db.delete(scripts).where(owned(accountId, { id })).returning({ id: scripts.id }),
    db
      .update(agents)
      .set({ scriptId: null })
      .where(and(eq(agents.scriptId, id), eq(agents.accountId, accountId))),
  ]);
  return gone.length > 0;
}

/** One page of an account's scripts, newest first, and how many there are in all. */
export async function listScripts(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: ScriptSummaryRow[]; total: number }> {
  const [rows, totals] = await db.batch([
    scriptPage(db, accountId, slice),
    scriptCount(db, accountId),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `scripts_by_account`. Exported so that its plan can be tested. */
export function scriptPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select(SUMMARY)
    .from(scripts)
    .where(eq(scripts.accountId, accountId))
    .orderBy(desc(scripts.id))
    .limit(limit)
    .offset(offset);
}

/** Counted in an index alone. Exported so that its plan can be tested. */
export function scriptCount(db: Database, accountId: string) {
  return db.select({ total: count() }).from(scripts).where(eq(scripts.accountId, accountId));
}

function owned(accountId: string, which: { id: number } | { name: string }) {
  return and(
    eq(scripts.accountId, accountId),
    "id" in which ? eq(scripts.id, which.id) : eq(scripts.name, which.name),
  );
}

/** By its name, with `.js` behind it or without, whichever way it was stored. */
export async function findScriptNamed(
  db: Database,
  accountId: string,
  name: string,
): Promise<Pick<ScriptRow, "name" | "text"> | undefined> {
  const bare = name.replace(/\.js$/, "");
  const rows = await db
    .select({ name: scripts.name, text: scripts.text })
    .from(scripts)
    .where(and(eq(scripts.accountId, accountId), inArray(scripts.name, [bare, `${bare}.js`])));
  return rows.find((row) => row.name === name) ?? rows[0];
}
