import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  abortAgent,
  attendLaunches,
  getAgent,
  getLaunch,
  launchAgent,
  listLaunches,
  startNextLaunch,
} from "../../../src/domain/agent/index.ts";
import { beginLaunch, takeOn } from "../../../src/domain/agent/claim.ts";
import type { LaunchOrder } from "../../../src/domain/ports.ts";
import { newAgent, newOwner } from "../../support/agents.ts";
import { type Line, newLine } from "../../support/line.ts";

/** Each test has the line to itself. */
beforeEach(async () => {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM launches"),
    env.DB.prepare("DELETE FROM agents"),
  ]);
});

/** All that may start now does. */
async function startAll({ system, started }: Line): Promise<LaunchOrder[]> {
  const before = started.length;
  while (await startNextLaunch(system));
  return started.slice(before);
}

async function underway(column: "account_id" | "agent_id"): Promise<number[]> {
  const { results } = await env.DB.prepare(
    `SELECT count(*) AS n FROM launches WHERE claim IS NOT NULL GROUP BY ${column}`,
  ).all<{ n: number }>();
  return results.map(({ n }) => n);
}

describe("the line of launches", () => {
  it("holds the caps and serves accounts in turn: 200 launches, 20 agents, 3 accounts", async () => {
    const line = newLine({ settings: { maxLaunches: 12, maxLaunchesPerAccount: 6 } });
    const owners = [await newOwner(), await newOwner(), await newOwner()];
    // The first floods before the others come.
    const shares = [14, 4, 2];
    const accountOf = new Map<number, number>();
    const queued: number[] = [];
    for (const [account, count] of shares.entries()) {
      const { ctx: own } = owners[account] ?? (await newOwner());
      const ctx = line.apart(own);
      for (let agent = 0; agent < count; agent += 1) {
        const agentId = await newAgent(ctx, "1", { maxParallelExecs: 2 });
        const ten = Array.from({ length: 10 }, () => launchAgent(ctx, { agentId }));
        for (const { launchId } of await Promise.all(ten)) {
          accountOf.set(launchId, account);
          queued.push(launchId);
        }
      }
    }
    expect(queued).toHaveLength(200);
    expect(line.woken()).toBe(200);
    const running = await startAll(line);
    // Fewest under way first: 12 places, of which the one with two agents can use four.
    const perAccount = (orders: LaunchOrder[]) =>
      shares.map(
        (_, account) => orders.filter((o) => accountOf.get(o.launchId) === account).length,
      );
    expect(perAccount(running)).toEqual([4, 4, 4]);
    const open = [...running];
    for (let ends = 0; open.length > 0; ends += 1) {
      await Promise.all(open.splice(0, 5).map((order) => line.end(order)));
      open.push(...(await startAll(line)));
      if (ends % 4 !== 0) continue;
      expect(Math.max(0, ...(await underway("agent_id")))).toBeLessThanOrEqual(2);
      expect(Math.max(0, ...(await underway("account_id")))).toBeLessThanOrEqual(6);
      expect(open.length).toBeLessThanOrEqual(12);
    }
    // Each was started, once.
    const order = line.started.map(({ launchId }) => launchId);
    expect(order.toSorted((a, b) => a - b)).toEqual(queued.toSorted((a, b) => a - b));
    // While all three wait they advance side by side: the small ones are done early.
    const last = (account: number) => order.findLastIndex((id) => accountOf.get(id) === account);
    expect(last(2)).toBeLessThan(80);
    expect(last(1)).toBeLessThan(140);
  }, 120_000);

  it("starts the oldest of an agent first", async () => {
    const line = newLine();
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1");
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await launchAgent(apart, { agentId })).launchId);
    for (const id of ids) {
      const [order, more] = await startAll(line);
      expect([order?.launchId, more]).toEqual([id, undefined]);
      if (order) await line.end(order);
    }
  });

  it("gives each of many who ask at once another launch", async () => {
    const line = newLine();
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1", { maxParallelExecs: 10 });
    for (let n = 0; n < 8; n += 1) await launchAgent(apart, { agentId });
    await Promise.all(Array.from({ length: 20 }, () => startNextLaunch(line.system)));
    expect(new Set(line.started.map(({ launchId }) => launchId)).size).toBe(8);
    expect(line.started).toHaveLength(8);
  });

  it("puts back what was claimed by one who died, and refuses the hand-over that comes late", async () => {
    let now = Date.now();
    const line = newLine({ now: () => now });
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1");
    const { launchId } = await launchAgent(apart, { agentId });
    await startNextLaunch(line.system);
    const [first] = line.started;
    if (!first) throw new Error("Nothing was started");
    // It may yet be on its way.
    now += 10_000;
    await attendLaunches(line.system);
    expect(line.started).toHaveLength(1);
    now += 11_000;
    await attendLaunches(line.system);
    expect(line.started.map((order) => order.launchId)).toEqual([launchId, launchId]);
    expect(await takeOn(line.system, first, 0)).toBeNull();
    const [, second] = line.started;
    expect(second && (await takeOn(line.system, second, 0))).toMatchObject({
      identity: { launchId, launchNumber: 1 },
    });
    // Taken on: nobody else can begin it.
    expect(await beginLaunch(line.system, first, { startedAt: now, endsAt: now })).toBe(false);
  });

  it("puts back what could not be handed over", async () => {
    const line = newLine({
      start: async () => {
        throw new Error("No such object");
      },
    });
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1");
    const { launchId } = await launchAgent(apart, { agentId });
    await expect(startNextLaunch(line.system)).rejects.toThrow("No such object");
    expect(await getLaunch(apart, launchId)).toMatchObject({ status: "queued" });
    // Not again at once.
    expect(await startNextLaunch(line.system)).toBe(false);
  });

  it("finds a launch lost whose object knows nothing of it, and tries it again where the agent says so", async () => {
    let now = Date.now();
    const line = newLine({ now: () => now });
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    for (const retries of [0, 1]) {
      const agentId = await newAgent(apart, "1", { retries, executionTimeLimit: 60 });
      const { launchId } = await launchAgent(apart, { agentId });
      await startNextLaunch(line.system);
      const order = line.started.at(-1);
      const taken = order && (await takeOn(line.system, order, 0));
      if (!taken) throw new Error("It was not taken on");
      await beginLaunch(line.system, order, { startedAt: now, endsAt: now + 60_000 });
      now += 119_000;
      await attendLaunches(line.system);
      expect(await getLaunch(apart, launchId)).toMatchObject({ status: "running" });
      now += 2000;
      await attendLaunches(line.system);
      expect(await getLaunch(apart, launchId)).toMatchObject({
        status: "ended",
        endStatus: "error",
        endMessage: "Agent lost",
      });
      const { launches } = await listLaunches(apart, { agentId, offset: 0, limit: 10 });
      expect(launches.map(({ type, retryCount }) => [type, retryCount])).toEqual(
        retries === 0
          ? [["manual", 0]]
          : [
              ["retry", 1],
              ["manual", 0],
            ],
      );
    }
  });

  it("tries again until the retries are used up, and never what was aborted", async () => {
    const line = newLine();
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1", { retries: 2 });
    await launchAgent(apart, { agentId });
    for (let tries = 0; tries < 3; tries += 1) {
      const [order] = await startAll(line);
      if (order) await line.end(order, { type: "exited", code: 3 });
    }
    expect(await startAll(line)).toEqual([]);
    expect(await getAgent(apart, agentId)).toMatchObject({
      launchNumber: 3,
      lastEndMessage: "Agent finished with exit code 3",
    });
    await launchAgent(apart, { agentId });
    const [order] = await startAll(line);
    if (order) await line.end(order, { type: "stopped", by: "abort" });
    expect(await startAll(line)).toEqual([]);
  });

  it("aborts what waits in the line, and tells what runs", async () => {
    const line = newLine();
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1");
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await launchAgent(apart, { agentId })).launchId);
    const [order] = await startAll(line);
    expect(await abortAgent(apart, { agentId, soft: true })).toEqual({ aborted: 3 });
    expect(line.aborted).toEqual([[ids[0], "soft"]]);
    expect(await getLaunch(apart, ids[2] ?? 0)).toMatchObject({
      status: "ended",
      endStatus: "error",
      endMessage: "Agent aborted",
      startedAt: null,
    });
    // Whoever takes it on later knows of it.
    const taken = order && (await takeOn(line.system, order, 0));
    expect(taken?.launch.abort).toBe("soft");
    expect(await startAll(line)).toEqual([]);
  });

  it("lets no more than a thousand launches of an agent wait", async () => {
    const line = newLine();
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const agentId = await newAgent(apart, "1");
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO launches (account_id, agent_id, launch_number, type, state, due_at, retry_count,
        queued_at, argument)
      SELECT a.account_id, a.id, i, 'manual', 'queued', 0, 0, 0, '{}' FROM n, agents a
      WHERE a.id = ?`,
    )
      .bind(agentId)
      .run();
    await env.DB.prepare("UPDATE agents SET launch_number = 1000 WHERE id = ?").bind(agentId).run();
    await expect(launchAgent(apart, { agentId })).rejects.toMatchObject({ code: "LIMIT_REACHED" });
    expect(await getAgent(apart, agentId)).toMatchObject({ launchNumber: 1000, queued: 1000 });
  });
});
