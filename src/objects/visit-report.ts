import type { Numbered } from "../domain/event.ts";
import {
  newBatchId,
  type NewVisit,
  report as tell,
  type ReportBatch,
  type ReportItem,
  type VisitOutcome,
} from "../domain/telemetry/index.ts";
import type { ObjectContext } from "../runtime/context.ts";
import type { EventLog } from "./event-log.ts";
import { type Report, Reporter } from "./reporter.ts";

const MAX_BATCH = 200;
const RECORD = "visit";

/** How far the account's hub knows of a visit. */
interface Told {
  accountId: string;
  visit: NewVisit;
  startedAt: number;
  /** The hub knows that it began. */
  begun: boolean;
  /** Last `seq` that the hub knows of. */
  seq: number;
  /** The batch on its way: up to which `seq`, and whether it tells the end. */
  sending: { id: string; to: number; ends: boolean } | null;
  end: { outcome: VisitOutcome; at: number } | null;
  /** The hub knows of the end too. */
  done: boolean;
}

/** What is told of, where it is read from, and how the stream calls it. */
export interface VisitSource<E extends object> {
  kv: SyncKvStorage;
  log: EventLog<E>;
  spell: (event: E) => { kind: string; details: object };
}

/**
 * Hosted work as the account's hub is told of it: read from its own log, so that it costs no memory
 * and outlives the object. What left the log untold is counted as dropped.
 */
export class VisitReport<E extends object> implements Report {
  readonly #kv: SyncKvStorage;
  readonly #log: EventLog<E>;
  readonly #spell: VisitSource<E>["spell"];
  #told: Told;

  private constructor({ kv, log, spell }: VisitSource<E>, told: Told) {
    this.#kv = kv;
    this.#log = log;
    this.#spell = spell;
    this.#told = told;
  }

  /** The visit's report, begun now if there is none. */
  static open<E extends object>(
    source: VisitSource<E>,
    visit: Pick<Told, "accountId" | "visit" | "startedAt">,
  ): VisitReport<E> {
    const known = source.kv.get<Told>(RECORD);
    const begun = { begun: false, seq: 0, sending: null, end: null, done: false };
    return new VisitReport(source, known ?? { ...visit, ...begun });
  }

  /** Whether one was begun. */
  static isBegun(kv: SyncKvStorage): boolean {
    return kv.get(RECORD) !== undefined;
  }

  /** The report that was begun before; null when there is none. */
  static known<E extends object>(source: VisitSource<E>): VisitReport<E> | null {
    const told = source.kv.get<Told>(RECORD);
    return told ? new VisitReport(source, told) : null;
  }

  /** The report of a visit that has ended and is still owed; null when there is none. */
  static owed<E extends object>(source: VisitSource<E>): VisitReport<E> | null {
    const told = source.kv.get<Told>(RECORD);
    return told?.end && !told.done ? new VisitReport(source, told) : null;
  }

  get accountId(): string {
    return this.#told.accountId;
  }

  /** When it ended; null while it lasts. */
  get endedAt(): number | null {
    return this.#told.end?.at ?? null;
  }

  /** The hub may know of it: a batch is on its way, or has arrived. */
  get heard(): boolean {
    return this.#told.begun || this.#told.sending !== null;
  }

  get pending(): boolean {
    const { begun, seq, sending, end, done } = this.#told;
    return !begun || sending !== null || this.#log.latest > seq || (end !== null && !done);
  }

  end(outcome: Omit<VisitOutcome, "duration">, at: number): void {
    const duration = Math.max(0, at - this.#told.startedAt) / 1000;
    this.#save({ ...this.#told, end: { outcome: { ...outcome, duration }, at } });
  }

  /** It came to nothing before it was told of: it is not told of at all. */
  discard(): void {
    this.#told = { ...this.#told, begun: true, seq: this.#log.latest, done: true };
  }

  next(): ReportBatch | null {
    if (!this.pending) return null;
    const sending = this.#told.sending ?? this.#newBatch();
    if (!this.#told.sending) this.#save({ ...this.#told, sending });
    const { begun, seq, visit, startedAt, end } = this.#told;
    const { events, gap } = this.#log.after(seq, MAX_BATCH);
    const items: ReportItem[] = events
      .filter((event) => event.seq <= sending.to)
      .map((event) => this.#item(event));
    if (!begun) items.unshift({ type: "start", visit, at: startedAt });
    if (sending.ends && end) items.push({ type: "end", visit, startedAt, ...end });
    const dropped = gap ? Math.min(gap.to, sending.to) - seq : 0;
    return { id: sending.id, items, dropped };
  }

  sent(): void {
    const { sending } = this.#told;
    if (!sending) return;
    const { to: seq, ends: done } = sending;
    this.#save({ ...this.#told, begun: true, seq, sending: null, done });
  }

  #newBatch(): NonNullable<Told["sending"]> {
    const { seq, end } = this.#told;
    const { events } = this.#log.after(seq, MAX_BATCH);
    const to = events.at(-1)?.seq ?? seq;
    return { id: newBatchId(Date.now()), to, ends: end !== null && to === this.#log.latest };
  }

  #item(event: Numbered<E>): ReportItem {
    const { seq: _seq, at, ...told } = event;
    const { kind, details } = this.#spell(told as unknown as E);
    const { id: visitId } = this.#told.visit;
    return { type: "event", visitId, kind, details: JSON.stringify(details), at };
  }

  #save(told: Told): void {
    this.#told = told;
    this.#kv.put(RECORD, told);
  }
}

/** What brings a report to its account's hub. */
export function reporterOf<E extends object>(
  report: VisitReport<E>,
  state: DurableObjectState,
  { telemetry, log }: ObjectContext,
): Reporter {
  return new Reporter({
    report,
    send: (batch) => tell({ telemetry }, report.accountId, batch),
    sleep: (ms) => scheduler.wait(ms),
    defer: (work) => state.waitUntil(work),
    onError: (error) => log.error("report", error),
  });
}
