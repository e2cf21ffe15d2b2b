import { env } from "cloudflare:workers";
import type { SystemCtx } from "../../src/domain/context.ts";
import type { Job } from "../../src/domain/job.ts";
import { phaseOf, MINUTE_MS, minuteOf } from "../../src/domain/monitor/due.ts";
import { claimDueShards, runChecks } from "../../src/domain/monitor/index.ts";
import type { MonitorShards } from "../../src/domain/monitor/shard.ts";
import { createShardCatalogue } from "../../src/domain/monitor/shard-catalogue.ts";
import type { Ports } from "../../src/domain/ports.ts";
import { openDatabase } from "../../src/store/database.ts";
import { accounts, monitors, shards } from "../../src/store/schema/index.ts";
import { SHARD_SIZE, touchShard } from "../../src/store/shard.ts";
import { countingDatabase } from "./counting-database.ts";
import { World } from "./shard-world.ts";

export interface FleetOptions {
  accounts: number;
  /** Of each account. */
  monitors: number;
  /** Seconds. */
  interval: number;
  /** A full hour. */
  start: number;
}

/**
 * Accounts and their monitors in the real catalogue, with the real clock's and queue's verbs; the
 * shards' storage is in memory and counts as SQLite does. All on a clock of its own.
 */
export class Fleet {
  readonly worlds = new Map<number, World>();
  readonly rowsInCatalogue: () => number;
  now: number;
  messages = 0;
  #alarms = 0;
  readonly #alarmAt = new Map<number, number>();
  readonly #db;

  private constructor(now: number) {
    const { binding, rowsWritten } = countingDatabase(env.DB);
    this.#db = openDatabase(binding);
    this.rowsInCatalogue = rowsWritten;
    this.now = now;
  }

  static async make(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options.start);
    for (let made = 0; made < options.accounts; made += 1) await fleet.#addAccount(options);
    return fleet;
  }

  /** Rows written so far: in the catalogue, in the objects, and by their alarms. */
  get rowsWritten(): number {
    let rows = this.rowsInCatalogue() + this.#alarms;
    for (const { tables } of this.worlds.values()) rows += tables.rowsWritten;
    return rows;
  }

  /** A minute: what is due is claimed, sent, and made, each group at its time. */
  async minute(): Promise<void> {
    const minute = minuteOf(this.now);
    const sent: { job: Job; delaySeconds?: number }[] = [];
    const jobs: Ports["jobs"] = { send: async (more) => void sent.push(...more) };
    const now = () => this.now;
    await claimDueShards({ db: this.#db, ports: { jobs } as Ports, now }, minute);
    const own = sent.map(({ job, delaySeconds = 0 }) => ({ job, delaySeconds }));
    for (const { job, delaySeconds } of own.toSorted((a, b) => a.delaySeconds - b.delaySeconds)) {
      if (job.type !== "checks") continue;
      const known = job.shards.filter(([shard]) => this.worlds.has(shard));
      if (known.length === 0) continue;
      this.messages += 1;
      this.#setClock(minute * MINUTE_MS + delaySeconds * 1000);
      await runChecks(this.#ctx, { ...job, shards: known });
    }
    this.#setClock((minute + 1) * MINUTE_MS - 1);
    for (const world of this.worlds.values()) {
      this.#rearm(world);
      if ((this.#alarmAt.get(world.id) ?? this.now + 1) > this.now) continue;
      this.#alarmAt.delete(world.id);
      await world.ring(this.now);
      this.#rearm(world);
    }
    this.#setClock((minute + 1) * MINUTE_MS);
  }

  get #ctx(): Pick<SystemCtx, "ports" | "settings" | "now" | "log"> {
    const shardOf = (id: number) => this.worlds.get(id)?.shard;
    const ports: Pick<MonitorShards, "due" | "record"> = {
      due: async (id, query) => (await shardOf(id)?.due(id, query)) ?? [],
      record: async (id, made) =>
        (await shardOf(id)?.record(id, made)) ?? { recorded: [], confirm: [], aside: [] },
    };
    const [world] = this.worlds.values();
    if (!world) throw new Error("No shard");
    const { ctx } = world;
    return { ...ctx, now: () => this.now, ports: { ...ctx.ports, shards: ports } as Ports };
  }

  #setClock(at: number): void {
    this.now = Math.max(this.now, at);
    for (const world of this.worlds.values()) world.now = this.now;
  }

  /** As the object does: an alarm that is early enough is left alone. */
  #rearm(world: World): void {
    const wanted = world.shard.nextAlarm;
    const set = this.#alarmAt.get(world.id);
    if (wanted === null || (set !== undefined && set <= wanted)) return;
    this.#alarmAt.set(world.id, wanted);
    this.#alarms += 1;
  }

  async #addAccount({ monitors: count, interval, start }: FleetOptions): Promise<void> {
    const db = openDatabase(env.DB);
    const accountId = `acct_${crypto.randomUUID()}`;
    await db.insert(accounts).values({
      id: accountId,
      email: `${accountId}@example.com`,
      passwordHash: "",
      points: 1_000_000_000,
      createdAt: start,
    });
    for (let left = count; left > 0; left -= SHARD_SIZE) {
      const shard = await db.insert(shards).values({ accountId, size: 0 }).returning().get();
      const rows = Array.from({ length: Math.min(left, SHARD_SIZE) }, (_, place) => ({
        ...TEMPLATE,
        accountId,
        shard: shard.id,
        interval,
        url: `https://host-${place}.test/`,
        host: `host-${place}.test`,
        phase: phaseOf(interval, shard.id, place, start - MINUTE_MS),
        createdAt: start - MINUTE_MS,
        changedAt: start - MINUTE_MS,
      }));
      for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
        await db.insert(monitors).values(rows.slice(at, at + ROWS_AT_ONCE));
      }
      await touchShard(db, accountId, shard.id, minuteOf(start));
      const world = new World({ id: shard.id });
      world.now = start;
      world.catalogue = createShardCatalogue(this.#db, () => this.now);
      world.evict();
      this.worlds.set(shard.id, world);
    }
  }

  /** Has every object read its monitors, which they do once. */
  async loadShards(): Promise<void> {
    for (const { shard, id } of this.worlds.values()) await shard.head.sync(id);
  }
}

/** 100 parameters a statement. */
const ROWS_AT_ONCE = 4;

const TEMPLATE = {
  kind: "http",
  name: "a monitor",
  word: "",
  wordAbsent: "",
  method: "GET",
  request: null,
  headerNames: "[]",
  sensitivity: 5,
  userAgent: "test",
  followRedirects: true,
  active: true,
  publicHash: null,
  certificateDays: null,
} as const;

export interface Cost {
  checks: number;
  rowsPerCheck: number;
  queueOperationsPerCheck: number;
}

/** Queue operations of one message: it is written, read and deleted. */
const OPERATIONS = 3;

/**
 * What one hour costs in the long run: its minutes, its closing, and the deletion of what is as
 * old as checks are kept.
 */
export async function costOfAnHour(options: Omit<FleetOptions, "start">): Promise<Cost> {
  const start = Date.UTC(2027, 2, 1, 12);
  const fleet = await Fleet.make({ ...options, start });
  const hour = start / 3_600_000;
  // The hour that leaves when this one is packed.
  const leaving = hour - 30 * 24 - 1;
  await fleet.loadShards();
  for (const { tables, shard } of fleet.worlds.values()) {
    for (const id of shard.parts.roster.ids) tables.putHour(id, leaving, 60, new Uint8Array());
    tables.putTotal(leaving, 60);
  }
  const before = fleet.rowsWritten;
  for (let minute = 0; minute < 60; minute += 1) await fleet.minute();
  let rows = fleet.rowsWritten - before;
  const { messages } = fleet;
  const closing = fleet.rowsWritten;
  for (const world of fleet.worlds.values()) {
    world.now = start + 3_600_000 + 1_200_000;
    await world.ring(world.now);
  }
  rows += fleet.rowsWritten - closing;
  let checks = 0;
  for (const { tables } of fleet.worlds.values()) {
    for (const total of tables.totals(hour, hour)) checks += total.checks;
  }
  return {
    checks,
    rowsPerCheck: rows / checks,
    queueOperationsPerCheck: (messages * OPERATIONS) / checks,
  };
}
