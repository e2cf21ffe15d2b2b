import type { Numbered, SessionEvent } from "../../domain/event.ts";
import { visitEventOf, visitOf } from "../../domain/session/visit.ts";
import {
  newBatchId,
  report as tell,
  type ReportBatch,
  type ReportItem,
  type VisitOutcome,
} from "../../domain/telemetry/index.ts";
import type { ObjectContext } from "../../runtime/context.ts";
import type { EventLog } from "../event-log.ts";
import { type Report, Reporter } from "../reporter.ts";

const MAX_BATCH = 200;
const RECORD = "visit";

/** How far the account's hub knows of the session. */
interface Told {
  accountId: string;
  sessionId: string;
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

/**
 * A session as the account's hub is told of it: read from the session's own log, so that it costs
 * no memory and outlives the object. What left the log untold is counted as dropped.
 */
export class VisitReport implements Report {
  readonly #kv: SyncKvStorage;
  readonly #log: EventLog<SessionEvent>;
  #told: Told;

  private constructor(kv: SyncKvStorage, log: EventLog<SessionEvent>, told: Told) {
    this.#kv = kv;
    this.#log = log;
    this.#told = told;
  }

  /** The session's report, begun now if there is none. */
  static open(
    kv: SyncKvStorage,
    log: EventLog<SessionEvent>,
    session: Pick<Told, "accountId" | "sessionId" | "startedAt">,
  ): VisitReport {
    const known = kv.get<Told>(RECORD);
    const begun = { begun: false, seq: 0, sending: null, end: null, done: false };
    return new VisitReport(kv, log, known ?? { ...session, ...begun });
  }

  /** The report of a session that has ended and is still owed; null when there is none. */
  static owed(kv: SyncKvStorage, log: EventLog<SessionEvent>): VisitReport | null {
    const told = kv.get<Told>(RECORD);
    return told?.end && !told.done ? new VisitReport(kv, log, told) : null;
  }

  get accountId(): string {
    return this.#told.accountId;
  }

  /** When the session ended; null while it lives. */
  get endedAt(): number | null {
    return this.#told.end?.at ?? null;
  }

  /** The hub may know of the session: a batch is on its way, or has arrived. */
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

  /** The session came to nothing before it was told of: it is not told of at all. */
  discard(): void {
    this.#told = { ...this.#told, begun: true, seq: this.#log.latest, done: true };
  }

  next(): ReportBatch | null {
    if (!this.pending) return null;
    const sending = this.#told.sending ?? this.#newBatch();
    if (!this.#told.sending) this.#save({ ...this.#told, sending });
    const { begun, seq, sessionId, startedAt, end } = this.#told;
    const visit = visitOf(sessionId);
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

  #item(event: Numbered<SessionEvent>): ReportItem {
    const { seq: _seq, at, ...told } = event;
    const { kind, details } = visitEventOf(told);
    const { sessionId: visitId } = this.#told;
    return { type: "event", visitId, kind, details: JSON.stringify(details), at };
  }

  #save(told: Told): void {
    this.#told = told;
    this.#kv.put(RECORD, told);
  }
}

/** What brings a session's report to its account's hub. */
export function reporterOf(
  report: VisitReport,
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
