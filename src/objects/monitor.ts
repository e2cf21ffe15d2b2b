import { DurableObject } from "cloudflare:workers";
import { Fault, settle } from "../domain/errors.ts";
import { BUCKET_SECONDS, MINUTE_MS, minuteOf } from "../domain/monitor/due.ts";
import { openRequest } from "../domain/monitor/owned.ts";
import type { Check, Gap, Stat, TimeRange } from "../domain/monitor/monitor.ts";
import type {
  CheckRange,
  DueQuery,
  Glance,
  MadeCheck,
  OpenBilling,
  OpenHours,
  PlannedCheck,
  Recorded,
} from "../domain/monitor/shard.ts";
import { createShardCatalogue } from "../domain/monitor/shard-catalogue.ts";
import type { ChecksJob, Reply } from "../domain/ports.ts";
import { newBatchId, report } from "../domain/telemetry/index.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import { Outbox } from "./monitor/outbox.ts";
import { ShardReader } from "./monitor/reader.ts";
import { Shard } from "./monitor/shard.ts";
import { MonitorTables, type ShardState } from "./monitor/tables.ts";

/**
 * One shard of an account's monitors: a thin shell over {@link Shard}, which alone decides what
 * is due and what a result means. Calls that race are taken one after the other, since nothing
 * waits between a decision and its rows.
 */
export class MonitorObject extends DurableObject<Env> {
  readonly #context: ObjectContext;
  readonly #shard: Shard;
  readonly #reader: ShardReader;
  /** When the alarm rings, as far as this instance knows. */
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
    const { db, seal, telemetry, jobs, config, log } = this.#context;
    const tables = new MonitorTables(state.storage.sql);
    const catalogue = createShardCatalogue(db);
    const outbox = new Outbox({
      tables,
      catalogue,
      report: (accountId, batch) => report({ telemetry }, accountId, batch),
      notify: (notificationIds) => jobs.send([{ job: { type: "notify", notificationIds } }]),
      newBatchId,
      now: Date.now,
      onError: (error) => log.error("downtime_not_told", error),
    });
    this.#shard = new Shard({
      tables,
      catalogue,
      outbox,
      regions: config.CHECKER_REGIONS,
      unseal: (accountId, sealed) => openRequest(seal, accountId, sealed),
      now: Date.now,
    });
    this.#reader = new ShardReader(this.#shard.parts, Date.now);
  }

  due(shard: number, query: DueQuery): Reply<PlannedCheck[]> {
    return this.#settle(() => this.#shard.due(shard, query));
  }

  dueNow(shard: number, accountId: string, monitorId: number): Reply<PlannedCheck> {
    return this.#settle(async () => {
      await this.#own(shard, accountId, monitorId);
      return this.#shard.dueNow(this.#reader.item(monitorId));
    });
  }

  record(shard: number, made: MadeCheck[]): Reply<Recorded> {
    return this.#settle(() => this.#shard.record(shard, made));
  }

  signal(shard: number, accountId: string, monitorId: number): Reply<void> {
    return this.#settle(async () => {
      await this.#own(shard, accountId, monitorId);
      return this.#shard.signal(this.#reader.item(monitorId));
    });
  }

  refresh(shard: number, accountId: string, version: number): Reply<void> {
    return this.#settle(async () => {
      await this.#shard.head.sync(shard, version);
      await this.#own(shard, accountId);
      await this.#shard.flush();
    });
  }

  glance(shard: number, accountId: string, monitorIds: number[]): Reply<Glance[]> {
    return settle(async () => {
      await this.#own(shard, accountId);
      return this.#reader.glance(monitorIds);
    });
  }

  tally(
    shard: number,
    accountId: string,
    range: CheckRange,
    unit: "hour" | "minute",
  ): Reply<[unit: number, checks: number][]> {
    return settle(async () => {
      await this.#own(shard, accountId);
      return this.#reader.tally(range, unit);
    });
  }

  checks(shard: number, accountId: string, range: CheckRange): Reply<Check[]> {
    return settle(async () => {
      await this.#own(shard, accountId);
      return this.#reader.checks(range);
    });
  }

  gaps(shard: number, accountId: string, monitorId: number, range: TimeRange): Reply<Gap[]> {
    return settle(async () => {
      await this.#own(shard, accountId, monitorId);
      return this.#reader.gaps(monitorId, range);
    });
  }

  openStats(shard: number, accountId: string, monitorId: number): Reply<OpenHours<Stat>> {
    return settle(async () => {
      const { closedThrough } = await this.#own(shard, accountId);
      return this.#reader.openStats(monitorId, closedThrough);
    });
  }

  openBilling(shard: number, accountId: string): Reply<OpenHours<OpenBilling>> {
    return settle(async () => {
      const { closedThrough } = await this.#own(shard, accountId);
      return this.#reader.openBilling(closedThrough);
    });
  }

  /** Hours that are over, downtimes that could not be told, confirmations that nobody brought. */
  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    const { log } = this.#context;
    await this.#shard.hours.close().catch((error: unknown) => log.error("hour_not_closed", error));
    const owing = this.#shard.owesConfirmation;
    await this.#shard.flush();
    if (owing) await this.#wake(owing);
    await this.#rearm();
  }

  /** Somebody is to come and ask what is due. */
  async #wake({ shard, version }: ShardState): Promise<void> {
    const now = Date.now();
    const minute = minuteOf(now);
    const bucket = Math.floor((now - minute * MINUTE_MS) / (BUCKET_SECONDS * 1000));
    const job: ChecksJob = { type: "checks", minute, bucket, shards: [[shard, version]] };
    await this.#context.jobs.send([{ job }]);
  }

  /** Checks whose it is; a monitor that is not known yet may have just been made. */
  async #own(shard: number, accountId: string, monitorId?: number): Promise<ShardState> {
    let state = await this.#shard.head.sync(shard);
    const isNew = monitorId !== undefined && !this.#shard.parts.roster.items.has(monitorId);
    if (isNew) {
      await this.#shard.head.reload(shard);
      state = await this.#shard.head.sync(shard);
    }
    if (state.accountId !== accountId) throw new Fault("NOT_FOUND", "Monitor not found");
    return state;
  }

  #settle<T>(work: () => Promise<T>): Reply<T> {
    return settle(async () => {
      try {
        return await work();
      } finally {
        await this.#rearm();
      }
    });
  }

  async #rearm(): Promise<void> {
    const wanted = this.#shard.nextAlarm;
    if (wanted === null) return;
    this.#alarmAt ??= await this.ctx.storage.getAlarm();
    if (this.#alarmAt !== null && this.#alarmAt <= wanted) return;
    this.#alarmAt = wanted;
    await this.ctx.storage.setAlarm(wanted);
  }
}
