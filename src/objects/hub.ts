import { DurableObject } from "cloudflare:workers";
import { areKeysLive } from "../domain/account/index.ts";
import { Fault, settle } from "../domain/errors.ts";
import type { Reply } from "../domain/ports.ts";
import type {
  EventFilter,
  NewEvent,
  NewVisit,
  PageOf,
  PageRequest,
  Portion,
  Proxy,
  ProxyChanges,
  ProxyList,
  ReportBatch,
  Stats,
  TelemetryEvent,
  TelemetryRecord,
  Totals,
  Visit,
  VisitFilter,
  VisitOutcome,
  VisitReading,
} from "../domain/telemetry/index.ts";
import { NO_PROXIES } from "../domain/telemetry/proxy-health.ts";
import { NO_TOTALS } from "../domain/telemetry/totals.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import type { FrameEncoder } from "./fan-out.ts";
import { type Change, Ledger } from "./hub/ledger.ts";
import { noProxy } from "./hub/proxies.ts";
import { nextAlarm } from "./hub/retention.ts";
import { hasTables, migrate } from "./hub/schema.ts";
import { HubSql } from "./hub/sql.ts";
import { wants } from "./hub/wants.ts";
import { settleUpgrade, Watchers } from "./watchers.ts";

/** A piece of the log that a subscriber reads in one go. */
const REPLAY_PIECE = 500;
/** What 1,000 subscribers at ten events a second and a `totals` each second need, and a little. */
const DELIVERIES_PER_SECOND = 12_000;
const TOTALS_EVERY_MS = 1000;
/** An alarm that failed rings again so much later. */
const AGAIN_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;
const NOTHING = { rows: [], total: 0 };

/**
 * All that one account reports: a thin shell over the {@link Ledger} and the sockets that hear of
 * it. Nothing is written for an account that never reported. Subclassed in `index.ts`, which
 * hands over the wires' frame encoders.
 */
export abstract class HubShell extends DurableObject<Env> {
  protected abstract readonly frames: Record<string, FrameEncoder<TelemetryEvent>>;
  /** Answers what a subscriber says. */
  protected abstract readonly answer: (text: string) => string;
  readonly #context: ObjectContext;
  readonly #sql: HubSql;
  #ledger: Ledger | null = null;
  #watchers: Watchers<TelemetryEvent> | null = null;
  #totalsTimer = false;
  #totalsToldAt = 0;
  /** When the alarm rings, as far as this instance knows. */
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
    this.#sql = new HubSql(state.storage);
    if (hasTables(this.#sql)) this.#ledger = this.#open();
  }

  register(visit: NewVisit): Reply<number> {
    return settle(() => this.#changed((ledger) => ledger.register(visit, Date.now())));
  }

  end(visitId: string, outcome: VisitOutcome): Reply<number> {
    return settle(() => this.#changed((ledger) => ledger.end(visitId, outcome, Date.now())));
  }

  log(events: NewEvent[]): Reply<number[]> {
    return settle(() => this.#changed((ledger) => ledger.log(events, Date.now())));
  }

  report(batch: ReportBatch): Reply<void> {
    return settle(() => this.#changed((ledger) => ledger.report(batch)));
  }

  visits(filter: VisitFilter, page: PageRequest): PageOf<Visit> {
    const ledger = this.#ledger;
    return ledger?.visits.list(filter, page, ledger.totals.visits) ?? NOTHING;
  }

  visit(visitId: string): Reply<VisitReading> {
    return settle(() => {
      if (!this.#ledger) throw new Fault("NOT_FOUND", "Session not found");
      return this.#ledger.read(visitId);
    });
  }

  events(filter: EventFilter, page: PageRequest): PageOf<TelemetryRecord> {
    const ledger = this.#ledger;
    return ledger?.events.list(filter, page, (id) => ledger.visits.keyOf(id)) ?? NOTHING;
  }

  exportVisits(filter: VisitFilter, from: number | null): Portion<Visit> {
    return this.#ledger?.visits.portion(filter, from) ?? { rows: [], next: null };
  }

  exportEvents(filter: EventFilter, from: number | null): Portion<TelemetryRecord> {
    const ledger = this.#ledger;
    const keyOf = (id: string) => ledger?.visits.keyOf(id) ?? null;
    return ledger?.events.portion(filter, from, keyOf) ?? { rows: [], next: null };
  }

  totals(): Totals {
    return this.#ledger?.totals ?? NO_TOTALS;
  }

  stats(proxies: number): Stats {
    return { totals: this.totals(), proxies: this.proxies({ offset: 0, limit: proxies }) };
  }

  proxies(slice: { offset: number; limit: number }): ProxyList {
    return this.#ledger?.proxies.list(slice) ?? { ...NOTHING, health: NO_PROXIES };
  }

  proxy(id: number): Reply<Proxy> {
    return settle(() => {
      if (!this.#ledger) throw noProxy();
      return this.#ledger.proxies.get(id);
    });
  }

  changeProxy(id: number, changes: ProxyChanges): Reply<Proxy> {
    return settle(() => {
      if (!this.#ledger) throw noProxy();
      return this.#ledger.proxies.change(id, changes);
    });
  }

  dropKey(keyId: string): void {
    this.#listeners.dropKey(keyId);
  }

  /** The upgrade of a watcher's request. */
  override fetch(request: Request): Promise<Response> {
    return settleUpgrade(request, async (watcher) => {
      const response = this.#listeners.accept(watcher);
      await this.#rearm();
      return response;
    });
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    try {
      await this.#attend(Date.now());
      await this.#rearm();
    } catch (error) {
      // The platform gives an alarm up that fails a few times; this one must ring again.
      this.#context.log.error("alarm", error);
      await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    }
  }

  async #attend(now: number): Promise<void> {
    const { EVENT_RETENTION_DAYS, VISIT_TIMEOUT } = this.#context.config;
    const ledger = this.#ledger;
    if (ledger) {
      const reason = `no end was reported within ${VISIT_TIMEOUT} seconds`;
      await this.#changed(() => ledger.closeStale(now - VISIT_TIMEOUT * 1000, now, reason));
      ledger.expire(now - EVENT_RETENTION_DAYS * DAY_MS);
      ledger.forgetBatches(now);
    }
    await this.#listeners.checkKeys(now);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#listeners.message(socket, message);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    try {
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // Closed from our side.
    }
  }

  /** Made on first use: the frames are the subclass's, and come after this constructor. */
  get #listeners(): Watchers<TelemetryEvent> {
    this.#watchers ??= new Watchers({
      state: this.ctx,
      frames: this.frames,
      answer: this.answer,
      wants,
      deliveriesPerSecond: DELIVERIES_PER_SECOND,
      replay: (since) =>
        this.#ledger?.replay(since, REPLAY_PIECE) ?? { events: [], gap: null, more: false },
      latest: () => this.#ledger?.latest ?? 0,
      liveKeys: (ids) => areKeysLive(this.#context.db, ids, Date.now()),
    });
    return this.#watchers;
  }

  #open(): Ledger {
    migrate(this.#sql);
    return new Ledger(this.#sql);
  }

  /** Makes a change, tells it, and sees to the alarm. */
  async #changed<T>(change: (ledger: Ledger) => Change<T>): Promise<T> {
    this.#ledger ??= this.#open();
    const { value, told } = change(this.#ledger);
    if (told.length > 0) {
      for (const event of told) this.#listeners.publish(event);
      // Events alone change nothing of what the totals tell.
      if (told.some(({ type }) => type !== "event")) this.#tellTotals();
    }
    // What a change brings is due no sooner than this: most find an alarm that is early enough.
    const { EVENT_RETENTION_DAYS, VISIT_TIMEOUT } = this.#context.config;
    const soonest = Date.now() + Math.min(EVENT_RETENTION_DAYS * DAY_MS, VISIT_TIMEOUT * 1000);
    if (this.#alarmAt === null || this.#alarmAt > soonest) await this.#rearm();
    return value;
  }

  /** The first change is told at once, those within a second of it together. */
  #tellTotals(): void {
    if (this.#totalsTimer || this.#listeners.count === 0) return;
    this.#totalsTimer = true;
    const wait = Math.max(0, this.#totalsToldAt + TOTALS_EVERY_MS - Date.now());
    setTimeout(() => {
      this.#totalsTimer = false;
      this.#totalsToldAt = Date.now();
      const seq = this.#ledger?.latest ?? 0;
      const totals = this.totals();
      const told = { type: "totals", totals, seq, at: this.#totalsToldAt } as const;
      if (!this.#listeners.announce(told)) this.#tellTotals();
    }, wait);
  }

  /** Sets the alarm when it would ring too late. */
  async #rearm(): Promise<void> {
    const wanted = this.#nextAlarm(Date.now());
    if (wanted === null) return;
    this.#alarmAt ??= await this.ctx.storage.getAlarm();
    if (this.#alarmAt !== null && this.#alarmAt <= wanted) return;
    this.#alarmAt = wanted;
    await this.ctx.storage.setAlarm(wanted);
  }

  #nextAlarm(now: number): number | null {
    const { EVENT_RETENTION_DAYS, VISIT_TIMEOUT } = this.#context.config;
    const ledger = this.#ledger;
    return nextAlarm({
      oldestEvent: ledger?.events.oldest(1)[0]?.at ?? null,
      oldestExternal: ledger?.visits.oldestActive("external") ?? null,
      oldestHosted: ledger?.visits.oldestActive("hosted") ?? null,
      batches: ledger?.remembersBatches ?? false,
      keyCheck: this.#listeners.keyCheck,
      retentionMs: EVENT_RETENTION_DAYS * DAY_MS,
      visitTimeoutMs: VISIT_TIMEOUT * 1000,
      now,
    });
  }
}
