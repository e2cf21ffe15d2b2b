import { and, eq, isNull, lt, notExists, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { launches } from "./schema/agent.ts";
import { browserHolders, sessions } from "./schema/session.ts";

export interface Place {
  holder: string;
  wantedAt: number;
  maxBrowsers: number;
}

/** A browser is free, and nobody who still waits came earlier. */
function isTurn(place: Place, staleBefore: number) {
  return sql`(SELECT count(*) FROM ${browserHolders} WHERE held_at IS NOT NULL AND holder <> ${place.holder}) < ${place.maxBrowsers}
    AND NOT EXISTS (
      SELECT 1 FROM ${browserHolders}
      WHERE held_at IS NULL AND wanted_at > ${staleBefore}
        AND (wanted_at, holder) < (${place.wantedAt}, ${place.holder})
    )`;
}

/** Gets in line, and takes the turn at once when there is one. True when it did. */
export async function enterLine(
  db: Database,
  place: Place,
  now: number,
  staleBefore: number,
): Promise<boolean> {
  const rows = await db.all<{ held_at: number | null }>(sql`
    INSERT INTO ${browserHolders} (holder, wanted_at, held_at)
    VALUES (${place.holder}, ${place.wantedAt}, CASE WHEN ${isTurn(place, staleBefore)} THEN ${now} END)
    ON CONFLICT (holder) DO UPDATE SET wanted_at = excluded.wanted_at, held_at = excluded.held_at
    RETURNING held_at`);
  return rows[0]?.held_at != null;
}

/** Takes the turn if it has come. True when it did. */
export async function tryTurn(
  db: Database,
  place: Place,
  now: number,
  staleBefore: number,
): Promise<boolean> {
  const rows = await db.all(sql`
    UPDATE ${browserHolders} SET held_at = ${now}
    WHERE holder = ${place.holder} AND held_at IS NULL AND ${isTurn(place, staleBefore)}
    RETURNING holder`);
  return rows.length > 0;
}

/** Gives the turn back and keeps the place. */
export async function stepBack(db: Database, place: Place): Promise<void> {
  await db
    .update(browserHolders)
    .set({ heldAt: null, wantedAt: place.wantedAt })
    .where(eq(browserHolders.holder, place.holder));
}

/** Holds nothing and waits for nothing any more. */
export async function leaveLine(db: Database, holder: string): Promise<void> {
  await db.delete(browserHolders).where(eq(browserHolders.holder, holder));
}

/**
 * Forgets those who died in line, and takes back the turns of sessions that are no more, and of
 * launches (`launch:<id>`) that are not under way.
 */
export async function sweepLine(db: Database, before: number): Promise<void> {
  const ofNobody = and(
    notExists(
      db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, browserHolders.holder)),
    ),
    sql`NOT EXISTS (SELECT 1 FROM ${launches} l WHERE l.claim IS NOT NULL
      AND l.id = CAST(substr(${browserHolders.holder}, 8) AS INTEGER)
      AND ${browserHolders.holder} LIKE 'launch:%')`,
  );
  await db.batch([
    db
      .delete(browserHolders)
      .where(and(isNull(browserHolders.heldAt), lt(browserHolders.wantedAt, before))),
    db.delete(browserHolders).where(and(lt(browserHolders.heldAt, before), ofNobody)),
  ]);
}
