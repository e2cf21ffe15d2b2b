import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { asc, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { SystemCtx } from "../../src/domain/context.ts";
import type { ChecksJob, Job } from "../../src/domain/job.ts";
import { MINUTE_MS, minuteOf, phaseOf } from "../../src/domain/monitor/due.ts";
import { claimDueShards, runChecks } from "../../src/domain/monitor/index.ts";
import type { Ports } from "../../src/domain/ports.ts";
import { platformOf, systemContext } from "../../src/runtime/context.ts";
import { openDatabase } from "../../src/store/database.ts";
import {
  accounts,
  channels,
  downtimes,
  monitors,
  notifications,
  shards,
} from "../../src/store/schema/index.ts";
import { touchShard } from "../../src/store/shard.ts";
import { World } from "../support/shard-world.ts";
import { makeScenario, mismatches, type Scenario, urlOf } from "./scenario.ts";

const START = Date.UTC(2027, 2, 1, 12);
const MINUTES = 60;
const SHARDS = 4;
const PER_SHARD = 500;
const INTERVALS = [30, 60, 60, 120];
const REGIONS = ["enam", "weur"];
const ACCOUNT = "acct_hour";

const db = openDatabase(env.DB);

beforeAll(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START - MINUTE_MS });
});

afterAll(() => {
  vi.useRealTimers();
});

/** An account with 2,000 monitors and one channel, each monitor at an address that names it. */
async function fill(): Promise<number[]> {
  const created = START - MINUTE_MS;
  await db.insert(accounts).values({
    id: ACCOUNT,
    email: "hour@example.com",
    passwordHash: "",
    points: 1_000_000_000,
    createdAt: created,
  });
  await db.insert(channels).values({
    accountId: ACCOUNT,
    type: "webhook",
    name: "",
    target: "",
    targetMasked: "",
    quietUntilRecovery: false,
    createdAt: created,
  });
  const ids: number[] = [];
  for (let made = 0; made < SHARDS; made += 1) {
    const shard = await db.insert(shards).values({ accountId: ACCOUNT, size: 0 }).returning().get();
    ids.push(shard.id);
    for (let place = 0; place < PER_SHARD; place += 1) {
      const id = made * PER_SHARD + place + 1;
      const interval = INTERVALS[id % INTERVALS.length] ?? 60;
      await db.insert(monitors).values({
        id,
        accountId: ACCOUNT,
        shard: shard.id,
        kind: "http",
        url: urlOf(id),
        host: `host-${id}.test`,
        name: "a monitor",
        word: "",
        wordAbsent: "",
        method: "GET",
        headerNames: "[]",
        interval,
        phase: phaseOf(interval, shard.id, place, created),
        sensitivity: id % 3 === 0 ? 5 : 10,
        userAgent: "test",
        followRedirects: true,
        active: true,
        createdAt: created,
        changedAt: created,
      });
    }
    await touchShard(db, ACCOUNT, shard.id, minuteOf(START));
  }
  return ids;
}

/** What an object puts on a queue is noted instead, for the test to bring it. */
async function interceptJobs(shardIds: number[], sent: Job[]): Promise<void> {
  for (const id of shardIds) {
    await runInDurableObject(env.MONITOR.getByName(String(id)), (instance) => {
      // The shell's own environment, which is not the test's.
      const { env: own } = instance as unknown as { env: Env };
      platformOf(own).ports.jobs.send = async (jobs) => {
        sent.push(...jobs.map(({ job }) => job));
      };
    });
  }
}

function contextOf(scenario: Scenario, sent: { job: Job; delaySeconds?: number }[]): SystemCtx {
  const ctx = systemContext(env, {});
  const checkers: Ports["checkers"] = {
    probeFrom: async (region, _shard, requests) =>
      requests.map((request) => {
        const found = scenario.target(request, region, Date.now());
        if (!found) throw new Error(`${region} cannot be reached`);
        return found;
      }),
  };
  const jobs: Ports["jobs"] = { send: async (more) => void sent.push(...more) };
  const log = { info: () => {}, error: () => {} };
  return { ...ctx, now: Date.now, log, ports: { ...ctx.ports, checkers, jobs } };
}

/** The hour by the clock's and the queue's verbs, the real catalogue and the real objects. */
async function liveForReal(shardIds: number[], scenario: Scenario): Promise<void> {
  const sent: { job: Job; delaySeconds?: number }[] = [];
  const fromObjects: Job[] = [];
  const ctx = contextOf(scenario, sent);
  await interceptJobs(shardIds, fromObjects);
  const run = async (job: ChecksJob) => runChecks(ctx, job);
  for (let minute = minuteOf(START); minute < minuteOf(START) + MINUTES; minute += 1) {
    vi.setSystemTime(minute * MINUTE_MS);
    if (scenario.missed.has(minute)) continue;
    sent.length = 0;
    await claimDueShards(ctx, minute);
    const due = sent.toSorted((a, b) => (a.delaySeconds ?? 0) - (b.delaySeconds ?? 0));
    for (const { job, delaySeconds = 0 } of due) {
      vi.setSystemTime(minute * MINUTE_MS + delaySeconds * 1000);
      if (job.type === "checks") await run(job);
    }
    await ringAlarms(shardIds, (minute + 1) * MINUTE_MS - 1, fromObjects, run);
  }
}

async function ringAlarms(
  shardIds: number[],
  until: number,
  fromObjects: Job[],
  run: (job: ChecksJob) => Promise<void>,
): Promise<void> {
  for (const id of shardIds) {
    const stub = env.MONITOR.getByName(String(id));
    const at = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    if (at === null || at > until) continue;
    vi.setSystemTime(Math.max(Date.now(), at));
    fromObjects.length = 0;
    await runDurableObjectAlarm(stub);
    for (const job of fromObjects) if (job.type === "checks") await run(job);
  }
}

/** The same hour on the same monitors, all in memory. */
async function liveInMemory(shardIds: number[], scenario: Scenario): Promise<World[]> {
  const worlds: World[] = [];
  for (const id of shardIds) {
    const world = new World({ id, regions: REGIONS });
    world.rows = await db
      .select()
      .from(monitors)
      .where(eq(monitors.shard, id))
      .orderBy(monitors.id);
    world.now = START;
    world.target = scenario.target;
    for (let minute = minuteOf(START); minute < minuteOf(START) + MINUTES; minute += 1) {
      world.now = minute * MINUTE_MS;
      if (!scenario.missed.has(minute)) await world.tick();
    }
    worlds.push(world);
  }
  return worlds;
}

it("an hour of 2,000 monitors is the same for real and in memory, and each outage one downtime", async () => {
  const shardIds = await fill();
  const rows = await db.select().from(monitors).where(inArray(monitors.shard, shardIds));
  const scenario = makeScenario({
    seed: 7,
    start: START,
    minutes: MINUTES,
    regions: REGIONS,
    monitors: rows,
    outages: 0.5,
    blips: 0.3,
    troubles: 8,
    troubleMinutes: 2,
  });
  // The catalogue is the real one, and answers.
  scenario.broken.clear();
  await liveForReal(shardIds, scenario);
  const real = await db
    .select()
    .from(downtimes)
    .where(eq(downtimes.accountId, ACCOUNT))
    .orderBy(asc(downtimes.monitorId), asc(downtimes.openedAt));
  const outages = [...scenario.outages.values()].flat().length;
  expect(outages).toBeGreaterThan(200);
  const wrong = rows.flatMap((monitor) =>
    mismatches(
      monitor,
      scenario,
      real.filter(({ monitorId }) => monitorId === monitor.id),
    ),
  );
  expect(wrong).toEqual([]);
  expect(real.length).toBe(outages);

  const owed = await db.select().from(notifications).where(eq(notifications.accountId, ACCOUNT));
  const alerts = owed.map(({ subject, occasion }) => `${subject} ${occasion}`);
  const expected = real.flatMap(({ id }) => [`${id} opened`, `${id} closed`]);
  expect(alerts.toSorted()).toEqual(expected.toSorted());

  // The same ones by the same checks. Whose turn those were may differ while a checker is set
  // aside, as results race; and one that waits for it to be back may end a little sooner or later.
  const inMemory = (await liveInMemory(shardIds, scenario)).flatMap((world) => world.downtimes);
  const told = (all: typeof inMemory) =>
    all
      .map(({ monitorId, openedAt, checkId, end }) => ({ monitorId, openedAt, checkId, end }))
      .toSorted((a, b) => a.monitorId - b.monitorId || a.openedAt - b.openedAt);
  expect(told(inMemory)).toEqual(told(real));
  const closedAt = new Map(real.map((downtime) => [downtime.checkId, downtime.closedAt ?? 0]));
  const apart = inMemory.map((one) =>
    Math.abs((one.closedAt ?? 0) - (closedAt.get(one.checkId) ?? 0)),
  );
  expect(Math.max(...apart)).toBeLessThanOrEqual(MINUTE_MS);
  // oxlint-disable-next-line no-console -- the figures are what it is for
  console.log(
    `An hour: ${outages} outages, ${real.length} downtimes, ${owed.length} alerts; ` +
      `${apart.filter((ms) => ms === 0).length} downtimes to the millisecond as in memory`,
  );
});
