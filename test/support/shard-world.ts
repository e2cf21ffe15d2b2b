import type { SystemCtx } from "../../src/domain/context.ts";
import type { ChecksJob } from "../../src/domain/job.ts";
import {
  bucketsOf,
  BUCKET_SECONDS,
  MINUTE_MS,
  minuteOf,
  nextMinuteOf,
  type Rhythm,
} from "../../src/domain/monitor/due.ts";
import type { Downtime, Stat } from "../../src/domain/monitor/monitor.ts";
import type { ProbeRequest, ProbeResult } from "../../src/domain/monitor/probe.ts";
import { runChecks } from "../../src/domain/monitor/run-checks.ts";
import type { MadeCheck, MonitorShards } from "../../src/domain/monitor/shard.ts";
import type { Halt, MonitorRow, ShardCatalogue } from "../../src/domain/monitor/shard-catalogue.ts";
import type { Ports } from "../../src/domain/ports.ts";
import type { ReportBatch } from "../../src/domain/telemetry/index.ts";
import { Outbox } from "../../src/objects/monitor/outbox.ts";
import { ShardReader } from "../../src/objects/monitor/reader.ts";
import { Shard } from "../../src/objects/monitor/shard.ts";
import type { WindowRow } from "../../src/store/maintenance.ts";
import { MemoryTables } from "./memory-tables.ts";

/** A full hour. */
export const START = Date.UTC(2026, 10, 24, 12);

export const PASSED: ProbeResult = {
  passed: true,
  code: 200,
  redirect: false,
  timings: { namelookup: 0.01, connect: 0.02, pretransfer: 0.03, starttransfer: 0.04, total: 0.05 },
  documentLength: 1000,
  via: "socket",
  error: null,
  certificateExpires: null,
};

export const REFUSED: ProbeResult = {
  ...PASSED,
  passed: false,
  code: 0,
  documentLength: 0,
  error: { kind: "refused", message: "Connection refused" },
};

/** What a region finds when it asks for an address; null when the region itself cannot be reached. */
export type Target = (request: ProbeRequest, region: string, at: number) => ProbeResult | null;

/**
 * One shard with everything around it in memory, on a clock of its own: the catalogue, the
 * checkers, the queue. The shard itself, and the verb that has its checks made, are the real ones.
 */
export class World {
  now = START;
  points = 1_000_000;
  halted: Halt | null = null;
  rows: MonitorRow[] = [];
  windows: WindowRow[] = [];
  version = 1;
  target: Target = () => PASSED;
  downtimes: Downtime[] = [];
  /** One line for each opening and closing that people are told of. */
  alerts: string[] = [];
  warnings: { monitorId: number; endsAt: number }[] = [];
  /** Batches that the account's hub took. */
  told = new Map<string, ReportBatch>();
  hours = new Map<number, { stats: Stat[]; units: { kind: string; units: number }[] }>();
  /** What the shard asked of the catalogue, in rows written. */
  catalogueRows = 0;
  /** Makes the catalogue refuse, for as long as it is set. */
  broken = false;
  readonly tables: MemoryTables;
  /** In memory, unless it is replaced: what is opened next works with it. */
  catalogue: ShardCatalogue = this.#memoryCatalogue();
  readonly regions: string[];
  shard: Shard;
  reader: ShardReader;
  #drawn = 0;
  #batches = 0;
  readonly id: number;

  constructor(options: { regions?: string[]; id?: number; tables?: MemoryTables } = {}) {
    this.tables = options.tables ?? new MemoryTables();
    this.regions = options.regions ?? ["enam", "weur"];
    this.id = options.id ?? 7;
    [this.shard, this.reader] = this.#open();
  }

  /** The object falls asleep and wakes again: only what was written is left. */
  evict(): void {
    [this.shard, this.reader] = this.#open();
  }

  add(changes: Partial<MonitorRow> = {}): MonitorRow {
    const id = changes.id ?? this.id * 1000 + this.rows.length + 1;
    const row: MonitorRow = {
      id,
      accountId: "acct",
      shard: this.id,
      kind: "http",
      url: `https://host-${id}.test/`,
      host: `host-${id}.test`,
      name: "a monitor",
      word: "",
      wordAbsent: "",
      method: "GET",
      request: null,
      headerNames: "[]",
      interval: 60,
      phase: 0,
      sensitivity: 5,
      userAgent: "test",
      followRedirects: true,
      active: true,
      publicHash: null,
      certificateDays: null,
      createdAt: this.now - MINUTE_MS,
      changedAt: this.now - MINUTE_MS,
      ...changes,
    };
    this.rows.push(row);
    this.version += 1;
    return row;
  }

  change(id: number, changes: Partial<MonitorRow>): void {
    this.rows = this.rows.map((row) =>
      row.id === id ? { ...row, ...changes, changedAt: this.now } : row,
    );
    this.version += 1;
  }

  remove(id: number): void {
    this.rows = this.rows.filter((row) => row.id !== id);
    this.version += 1;
  }

  get minute(): number {
    return minuteOf(this.now);
  }

  get rhythms(): Rhythm[] {
    return this.rows
      .filter(({ active }) => active)
      .map(({ kind, interval, phase }) =>
        kind === "push" ? { interval: 60, phase: phase % 60 } : { interval, phase },
      );
  }

  /** The next minute from this one on in which anything is due. */
  nextDue(): number | null {
    return nextMinuteOf(this.rhythms, this.minute - 1);
  }

  job(minute = this.minute, bucket = 0): ChecksJob {
    return { type: "checks", minute, bucket, shards: [[this.id, this.version]] };
  }

  run(job = this.job()): Promise<void> {
    return runChecks(this.ctx, job);
  }

  /** All of this minute's checks, each group at its time; the clock then stands at its end. */
  async tick(): Promise<void> {
    const { minute } = this;
    const start = minute * MINUTE_MS;
    for (const bucket of bucketsOf(this.rhythms, minute)) {
      this.now = Math.max(this.now, start + bucket * BUCKET_SECONDS * 1000);
      await this.run(this.job(minute, bucket));
    }
    await this.ring(start + MINUTE_MS - 1);
    this.now = start + MINUTE_MS;
  }

  async ticks(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) await this.tick();
  }

  /** Lets the object's alarm ring, if it is due until then, as the platform does. */
  async ring(until: number): Promise<void> {
    const at = this.shard.nextAlarm;
    if (at === null || at > until) return;
    this.now = Math.max(this.now, at);
    await this.shard.hours.close();
    const owing = this.shard.owesConfirmation;
    await this.shard.flush();
    if (owing) {
      const bucket = Math.floor((this.now % MINUTE_MS) / 1000 / BUCKET_SECONDS);
      await this.run(this.job(this.minute, bucket));
    }
  }

  /** A due check of a minute, as if a region had made it. */
  made(id: number, checker: string, result: ProbeResult, at = this.now): MadeCheck {
    return { id, checker, at, result };
  }

  get ctx(): Pick<SystemCtx, "ports" | "settings" | "now" | "log"> {
    const shards: Pick<MonitorShards, "due" | "record"> = {
      due: async (id, query) => this.shard.due(id, query),
      record: async (id, made) => this.shard.record(id, made),
    };
    const checkers: Ports["checkers"] = {
      probeFrom: async (region, _shard, requests) =>
        requests.map((request) => {
          const found = this.target(request, region, this.now);
          if (!found) throw new Error(`${region} cannot be reached`);
          return found;
        }),
    };
    return {
      ports: { shards, checkers } as Ports,
      settings: { checkerRegions: this.regions } as unknown as SystemCtx["settings"],
      now: () => this.now,
      log: { info: () => {}, error: () => {} },
    };
  }

  #memoryCatalogue(): ShardCatalogue {
    const check = () => {
      if (this.broken) throw new Error("The catalogue cannot be reached");
    };
    return {
      load: async () => {
        check();
        const { version, rows, windows } = this;
        return { accountId: "acct", version, monitors: rows, windows };
      },
      draw: async (_shard, _account, goal) => {
        check();
        const more = Math.max(0, Math.min(goal - this.#drawn, this.points));
        if (more > 0 && more === this.points) this.halted = { from: this.now, to: null };
        this.points -= more;
        this.#drawn += more;
        this.catalogueRows += 2;
        return this.#drawn;
      },
      halt: async () => this.halted,
      open: async (opening) => {
        check();
        const { monitorId, checkId, openedAt, checker, reason } = opening;
        const isKnown = this.downtimes.some(
          (one) => one.checkId === checkId || (one.monitorId === monitorId && !one.closedAt),
        );
        if (isKnown) return [];
        const id = this.downtimes.length + 1;
        const open = { closedAt: null, closingCheckId: null, closingChecker: null, end: null };
        this.downtimes.push({ id, monitorId, checkId, openedAt, checker, reason, ...open });
        this.alerts.push(`down ${monitorId}`);
        return [this.alerts.length];
      },
      close: async (closing) => {
        check();
        const { checkId, closedAt, closingCheckId, closingChecker, end } = closing;
        const open = this.downtimes.find((one) => one.checkId === checkId && !one.closedAt);
        if (!open) return [];
        Object.assign(open, { closedAt, closingCheckId, closingChecker, end });
        if (end === "paused") return [];
        this.alerts.push(`up ${open.monitorId}`);
        return [this.alerts.length];
      },
      warn: async (warning) => {
        check();
        this.warnings.push({ monitorId: warning.monitorId, endsAt: warning.endsAt });
        return [];
      },
      writeHour: async (_shard, _account, hour, stats, units) => {
        check();
        this.catalogueRows += stats.length + units.length;
        this.hours.set(hour, { stats, units });
      },
    };
  }

  #open(): [Shard, ShardReader] {
    const { tables, catalogue, regions } = this;
    const now = () => this.now;
    const outbox = new Outbox({
      tables,
      catalogue,
      report: async (_account, batch) => void this.told.set(batch.id, batch),
      notify: async () => {},
      newBatchId: () => `batch_${(this.#batches += 1)}`,
      now,
      onError: () => {},
    });
    const unseal = async (_account: string, sealed: string) => JSON.parse(sealed);
    const shard = new Shard({ tables, catalogue, outbox, regions, unseal, now });
    return [shard, new ShardReader(shard.parts, now)];
  }
}
