import type { Transition } from "../../domain/monitor/machine.ts";
import type {
  CertificateWarning,
  Closing,
  Opening,
  ShardCatalogue,
} from "../../domain/monitor/shard-catalogue.ts";
import type { ReportBatch } from "../../domain/telemetry/index.ts";
import type { ShardTables } from "./tables.ts";

/** What happened and is not told yet. `batch`: the id under which the hub takes it once. */
type Owed = { batch: string; at: number } & (
  | { type: "opened"; opening: Opening }
  | { type: "closed"; closing: Closing; openedAt: number }
  | { type: "warned"; warning: CertificateWarning }
);

export interface OutboxOptions {
  tables: ShardTables;
  catalogue: Pick<ShardCatalogue, "open" | "close" | "warn">;
  /** Tells the account's hub; it takes a batch once. */
  report: (accountId: string, batch: ReportBatch) => Promise<void>;
  /** Wakes who sends notifications. */
  notify: (notificationIds: number[]) => Promise<void>;
  newBatchId: (now: number) => string;
  now: () => number;
  onError: (error: unknown) => void;
}

const RETRY_AFTER_MS = 15_000;

/**
 * Downtimes that opened and closed, on their way into the catalogue and the account's stream. An
 * entry is written together with the checks that decided it, and leaves when all was told; each
 * step may be done twice without harm.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #owed: Map<number, Owed>;
  #flushing: Promise<void> | null = null;
  /** When to try again; null when nothing is owed. */
  retryAt: number | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#owed = options.tables.load<Owed>("outbox");
    if (this.#owed.size > 0) this.retryAt = options.now();
  }

  add(accountId: string, monitorId: number, change: Transition): void {
    const now = this.#options.now();
    const { first } = change;
    const about = { batch: this.#options.newBatchId(now), at: now };
    if (change.type === "opened") {
      const { id: checkId, at: openedAt, checker, reason } = first;
      const opening = { accountId, monitorId, openedAt, checkId, checker, reason };
      this.#put({ ...about, type: "opened", opening });
      return;
    }
    const closing: Closing = {
      accountId,
      monitorId,
      checkId: first.id,
      closedAt: change.at,
      closingCheckId: change.by?.id ?? null,
      closingChecker: change.by?.checker ?? null,
      end: change.by ? "recovered" : "paused",
    };
    this.#put({ ...about, type: "closed", closing, openedAt: first.at });
  }

  /** A certificate ends soon. */
  warn(warning: CertificateWarning): void {
    const now = this.#options.now();
    this.#put({ batch: this.#options.newBatchId(now), at: now, type: "warned", warning });
  }

  /** Forgets what is owed about a monitor that is no more. */
  remove(monitorId: number): void {
    for (const [id, owed] of this.#owed) {
      if (subjectOf(owed).monitorId === monitorId) this.#drop(id);
    }
  }

  /** Tells what is owed, in order. What cannot be told now stays owed; it never rejects. */
  async flush(): Promise<void> {
    // What was added meanwhile may not be part of the flush under way.
    while (this.#flushing) await this.#flushing;
    if (this.#owed.size === 0) return;
    this.#flushing = this.#tellAll();
    await this.#flushing;
  }

  async #tellAll(): Promise<void> {
    try {
      for (const [id, owed] of this.#owed) {
        await this.#tell(owed);
        this.#drop(id);
      }
      this.retryAt = null;
    } catch (error) {
      this.retryAt = this.#options.now() + RETRY_AFTER_MS;
      this.#options.onError(error);
    } finally {
      this.#flushing = null;
    }
  }

  async #tell(owed: Owed): Promise<void> {
    const { report, notify } = this.#options;
    const { accountId, monitorId } = subjectOf(owed);
    const notes = await this.#write(owed);
    const details = JSON.stringify(detailsOf(owed));
    const kind = KINDS[owed.type];
    const visitId = `monitor_${monitorId}`;
    const items = [{ type: "event" as const, visitId, kind, details, at: owed.at }];
    await report(accountId, { id: owed.batch, items, dropped: 0 });
    if (notes.length > 0) await notify(notes);
  }

  /** @returns The ids of the notifications that are owed since. */
  #write(owed: Owed): Promise<number[]> {
    const { catalogue } = this.#options;
    switch (owed.type) {
      case "opened":
        return catalogue.open(owed.opening);
      case "closed":
        return catalogue.close(owed.closing);
      case "warned":
        return catalogue.warn(owed.warning);
      default:
        return owed satisfies never;
    }
  }

  #put(owed: Owed): void {
    const id = Math.max(0, ...this.#owed.keys()) + 1;
    this.#owed.set(id, owed);
    this.#options.tables.put("outbox", id, owed);
    this.retryAt ??= this.#options.now() + RETRY_AFTER_MS;
  }

  #drop(id: number): void {
    this.#owed.delete(id);
    this.#options.tables.remove("outbox", id);
  }
}

/** Names of the events on the account's stream. */
const KINDS = {
  opened: "downtime_opened",
  closed: "downtime_closed",
  warned: "certificate_expiring",
} as const;

function subjectOf(owed: Owed): { accountId: string; monitorId: number } {
  switch (owed.type) {
    case "opened":
      return owed.opening;
    case "closed":
      return owed.closing;
    case "warned":
      return owed.warning;
    default:
      return owed satisfies never;
  }
}

function detailsOf(owed: Owed): Record<string, unknown> {
  const { monitorId: monitor } = subjectOf(owed);
  switch (owed.type) {
    case "opened": {
      const { openedAt, checker, reason } = owed.opening;
      return { monitor, since: iso(openedAt), checker, reason };
    }
    case "closed": {
      const { closedAt, end } = owed.closing;
      const seconds = Math.round((closedAt - owed.openedAt) / 1000);
      return { monitor, since: iso(owed.openedAt), until: iso(closedAt), seconds, end };
    }
    case "warned":
      return { monitor, expires: iso(owed.warning.endsAt) };
    default:
      return owed satisfies never;
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
