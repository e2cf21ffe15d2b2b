import { env } from "cloudflare:workers";
import { type SQL } from "drizzle-orm";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { agentCount, agentPage } from "../../../src/store/agent.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { endedLaunches, launchCount, launchPage, newestBegun } from "../../../src/store/launch.ts";
import { expiredLaunches } from "../../../src/store/launch-afterlife.ts";
import { nextInLine, overdueLaunches } from "../../../src/store/launch-queue.ts";
import { scriptCount, scriptPage } from "../../../src/store/script.ts";

/** Every list reads along an index, in the index's order: no scan of a table, no sorting. */

const db = openDatabase(env.DB);
const slice = { offset: 100, limit: 100 };

async function plan(query: { sql: string; params: unknown[] }): Promise<string> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query.sql}`)
    .bind(...query.params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

const rendered = (query: SQL) => new SQLiteSyncDialect().sqlToQuery(query);

describe("the query plan of", () => {
  it.each([
    ["scripts", scriptPage(db, "a", slice), "scripts_by_account (account_id=?)"],
    ["the count of scripts", scriptCount(db, "a"), "COVERING INDEX scripts_by_"],
    ["agents", agentPage(db, "a", slice), "agents_by_account (account_id=?)"],
    ["the count of agents", agentCount(db, "a"), "COVERING INDEX agents_by_account"],
    ["launches", launchPage(db, 1, slice), "launches_by_number (agent_id=?)"],
    ["the count of launches", launchCount(db, 1), "COVERING INDEX launches_by_number"],
    ["the newest launch", newestBegun(db, 1), "launches_by_number (agent_id=?)"],
    ["ended launches", endedLaunches(db, 1, 0, 10), "launches_by_number (agent_id=?)"],
    ["expired launches", expiredLaunches(db, 1, 10), "launches_ended (ended_at>? AND ended_at<?)"],
  ])("%s is an index", async (_name, query, index) => {
    const told = await plan(query.toSQL());
    expect(told).toContain(index);
    expect(told).not.toContain("TEMP B-TREE");
    expect(told).not.toMatch(/SCAN (?:launches|agents|scripts)\b/);
  });

  it("the counts of an agent's launches is their own small indexes", async () => {
    const told = await plan(agentPage(db, "a", slice).toSQL());
    expect(told).toContain("launches_claimed (account_id=? AND agent_id=?)");
    expect(told).toContain("launches_queued (account_id=? AND agent_id=?)");
  });

  it("the next in line steps down the indexes of those that wait and those under way", async () => {
    const told = await plan(rendered(nextInLine(1, { deployment: 9, account: 9 })));
    // The next agent of the same account, and the next account: one step each.
    expect(told).toContain("COVERING INDEX launches_queued (account_id=? AND agent_id>?)");
    expect(told).toContain("COVERING INDEX launches_queued (account_id>?)");
    expect(told).toContain("launches_queued (account_id=? AND agent_id=?)");
    expect(told).toContain("launches_claimed (account_id=? AND agent_id=?)");
    // All that are under way are counted: as many as the deployment may have.
    const scans = told.split("\n").filter((line) => /SCAN (?!line|\()/.test(line));
    for (const scan of scans) expect(scan).toMatch(/INDEX launches_(?:claimed|queued)/);
  });

  it("overdue launches looks at those under way alone", async () => {
    expect(await plan(overdueLaunches(db, 1).toSQL())).toContain("INDEX launches_claimed");
  });
});
