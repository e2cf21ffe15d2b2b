import { desc } from "drizzle-orm";
import type { Database } from "./database.ts";
import { deployments } from "./schema/deployment.ts";

/** Notes that a version serves; does nothing when that is known. */
export async function recordDeployment(db: Database, version: string, now: number): Promise<void> {
  await db.insert(deployments).values({ version, seenAt: now }).onConflictDoNothing();
}

/** How many deployments were seen; 0 before the first was noted. */
export async function latestTerm(db: Database): Promise<number> {
  const [row] = await db
    .select({ term: deployments.term })
    .from(deployments)
    .orderBy(desc(deployments.term))
    .limit(1);
  return row?.term ?? 0;
}
