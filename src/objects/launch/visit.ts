import { launchEventOf, launchVisit } from "../../domain/agent/visit.ts";
import type { LaunchEnd, RunEvent } from "../../domain/ports.ts";
import type { ObjectContext } from "../../runtime/context.ts";
import { Budget } from "../budget.ts";
import { EventLog } from "../event-log.ts";
import type { Reporter } from "../reporter.ts";
import { reporterOf, VisitReport } from "../visit-report.ts";

/** What a page does by itself is told this often at most, a second's worth at once. */
const EVENTS_PER_SECOND = 50;
/** A hub that cannot be told of an end is told again for a day. */
const OWED_FOR_MS = 24 * 60 * 60_000;

/** A launch as the visit that it is on its account's stream. */
export class Visit {
  readonly #log: EventLog<RunEvent>;
  readonly #report: VisitReport<RunEvent>;
  readonly #reporter: Reporter;
  readonly #budget = new Budget(EVENTS_PER_SECOND, Date.now);

  private constructor(
    state: DurableObjectState,
    context: ObjectContext,
    log: EventLog<RunEvent>,
    report: VisitReport<RunEvent>,
  ) {
    this.#log = log;
    this.#report = report;
    this.#reporter = reporterOf(report, state, context);
  }

  static begin(
    state: DurableObjectState,
    context: ObjectContext,
    launch: { accountId: string; launchId: number; agentName: string; startedAt: number },
  ): Visit {
    const { kv, sql } = state.storage;
    const log = new EventLog<RunEvent>(sql);
    const { accountId, launchId, agentName, startedAt } = launch;
    const visit = launchVisit(launchId, agentName);
    const source = { kv, log, spell: launchEventOf };
    const begun = new Visit(
      state,
      context,
      log,
      VisitReport.open(source, { accountId, visit, startedAt }),
    );
    begun.#reporter.wake();
    return begun;
  }

  /** The one that was begun before the object lost its memory; null when there is none. */
  static known(state: DurableObjectState, context: ObjectContext): Visit | null {
    const { kv, sql } = state.storage;
    if (!VisitReport.isBegun(kv)) return null;
    const log = new EventLog<RunEvent>(sql);
    const report = VisitReport.known({ kv, log, spell: launchEventOf });
    return report && new Visit(state, context, log, report);
  }

  tell(event: RunEvent): void {
    if (this.#budget.left < 1) return;
    this.#budget.spend(1);
    this.#log.append(event, Date.now());
    this.#reporter.wake();
  }

  /** Ends it, once. */
  end({ status, message, at }: LaunchEnd): void {
    if (this.#report.endedAt !== null) return;
    const success = status === "success";
    this.#report.end({ success, error: success ? null : message }, at);
  }

  /** @returns False when the account's stream is still owed something, and is worth another try. */
  async part(): Promise<boolean> {
    const { endedAt } = this.#report;
    if (endedAt === null || Date.now() - endedAt > OWED_FOR_MS) return true;
    return this.#reporter.flush();
  }
}
