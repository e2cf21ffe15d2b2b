import { DurableObject } from "cloudflare:workers";
import { Fault, settle } from "../domain/errors.ts";
import { BUCKET_SECONDS, MINUTE_MS, minuteOf } from "../domain/monitor/due.ts";
import { arePublicHashesLive } from "../domain/monitor/make-public-hash.ts";
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
import type { MonitorEvent, MonitorFilter } from "../domain/monitor/watch-monitor.ts";
import type { ChecksJob, Reply } from "../domain/ports.ts";
import { newBatchId, report } from "../domain/telemetry/index.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import type { FrameEncoder } from "./fan-out.ts";
import { isAbout, LiveChecks } from "./monitor/live.ts";
import { Outbox } from "./monitor/outbox.ts";
import { ShardReader } from "./monitor/reader.ts";
import { Shard } from "./monitor/shard.ts";
import { MonitorTables, type ShardState } from "./monitor/tables.ts";
import { settleUpgrade, Watchers } from "./watchers.ts";

/** An alarm's duty that failed is not tried again sooner. */
const RETRY_AFTER_MS = 10_000;

/**
 * One shard of an account's monitors: a thin shell over {@link Shard}, which alone decides what
 * is due and what a result means. Calls that race are taken one after the other, since nothing
 * waits between a decision and its rows. Subclassed in `index.ts`, which hands over the frame
 * encoders of those who watch.
 */
export abstract class MonitorShell extends DurableObject<Env> {
  protected abstract readonly frames: Record<string, FrameEncoder<MonitorEvent>>;
  readonly #context: ObjectContext;
  readonly #shard: Shard;
  readonly #reader: ShardReader;
  readonly #live: LiveChecks;
  #watchers: Watchers<MonitorEvent, MonitorFilter> | null = null;
  /** When the alarm rings, as far as this instance knows. */
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
    const { db, seal, telemetry, jobs, config, log } = this.#context;
    const tables = new MonitorTables(state.storage.sql);
    const catalogue = createShardCatalogue(db, Date.now);
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
      onChecks: (checks) => this.#live.checks(checks),
      onChanged: (ids) => this.#live.changed(ids),
    });
    this.#reader = new ShardReader(this.#shard.parts, Date.now);
    this.#live = new LiveChecks({
      watchers: () => this.#listeners,
      glance: (ids) => this.#reader.glance(ids),
      now: Date.now,
    });
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

  dropHash(shard: number, accountId: string, hash: string): Reply<void> {
    return settle(async () => {
      await this.#own(shard, accountId);
      this.#listeners.dropKey(hash);
    });
  }

  /** The upgrade of a watcher's request. */
  override async fetch(request: Request): Promise<Response> {
    return settleUpgrade<MonitorFilter>(request, async (watcher) => {
      const { accountId, filter } = watcher;
      if (!filter) throw new Fault("NOT_FOUND", "Monitor not found");
      await this.#own(filter.shard, accountId);
      const response = this.#listeners.accept(watcher);
      await this.#rearm();
      return response;
    });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#listeners.message(socket, message);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    try {
      // 1005 and 1006 say that no code came; they may not be sent.
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // Closed from our side.
    }
  }

  /** Hours that are over, downtimes that could not be told, confirmations that nobody brought. */
  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    const owing = this.#shard.owesConfirmation;
    const duties: Record<string, () => Promise<void>> = {
      close_hours: () => this.#shard.hours.close(),
      tell_downtimes: () => this.#shard.flush(),
      wake_confirmations: async () => {
        if (owing) await this.#wake(owing);
      },
      check_hashes: () => this.#listeners.checkKeys(Date.now()),
    };
    for (const [duty, work] of Object.entries(duties)) {
      await work().catch((error: unknown) =>
        this.#context.log.error("alarm_duty_failed", error, { duty }),
      );
    }
    // What failed is due still: it is tried again, but not at once.
    await this.#rearm(Date.now() + RETRY_AFTER_MS);
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

  /** Made on first use: the frames are the subclass's, and come after this constructor. */
  get #listeners(): Watchers<MonitorEvent, MonitorFilter> {
    this.#watchers ??= new Watchers({
      state: this.ctx,
      frames: this.frames,
      wants: isAbout,
      replay: (since) => this.#live.replay(since),
      latest: () => this.#live.latest,
      liveKeys: (hashes) => arePublicHashesLive(this.#context.db, hashes),
    });
    return this.#watchers;
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

  async #rearm(soonest = 0): Promise<void> {
    const times = [this.#shard.nextAlarm, this.#listeners.keyCheck].filter((at) => at !== null);
    if (times.length === 0) return;
    const wanted = Math.max(soonest, Math.min(...times));
    this.#alarmAt ??= await this.ctx.storage.getAlarm();
    if (this.#alarmAt !== null && this.#alarmAt <= wanted) return;
    this.#alarmAt = wanted;
    await this.ctx.storage.setAlarm(wanted);
  }
}
