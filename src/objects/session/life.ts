import { areKeysLive } from "../../domain/account/index.ts";
import { Fault } from "../../domain/errors.ts";
import type { SessionEvent } from "../../domain/event.ts";
import type { BrowserNotice } from "../../domain/ports.ts";
import { launchInTurn, leaveLine } from "../../domain/session/browser-line.ts";
import { storeScreenshot } from "../../domain/session/screenshots.ts";
import type {
  SessionCommand,
  SessionInit,
  SessionResult,
  SessionView,
} from "../../domain/session/session.ts";
import { visitEventOf, visitOf } from "../../domain/session/visit.ts";
import type { ObjectContext } from "../../runtime/context.ts";
import { EventLog, MAX_TEXT_LENGTH } from "../event-log.ts";
import { Budget } from "../budget.ts";
import type { FrameEncoder } from "../fan-out.ts";
import type { Reporter } from "../reporter.ts";
import { Watchers } from "../watchers.ts";
import { BrowserKeeper } from "./browser-keeper.ts";
import { CommandQueue } from "./command-queue.ts";
import { perform } from "./perform.ts";
import type { SessionClock } from "./schedule.ts";
import { Snapshots } from "./snapshot.ts";
import { TypedText } from "./typed-text.ts";
import { reporterOf, VisitReport } from "../visit-report.ts";

/** What a page does by itself is told this often at most, a second's worth at once. */
const PAGE_EVENTS_PER_SECOND = 50;

/** What readers see without asking the browser; kept over evictions. */
interface Status {
  url: string;
  title: string;
  /** The last command failed. */
  failed: boolean;
  /** What took the browser or its page, and was not made good by a command since. */
  broken?: string;
  lastUsed: number;
}

export interface LifeOptions {
  id: string;
  init: SessionInit;
  state: DurableObjectState;
  context: ObjectContext;
  frames: Record<string, FrameEncoder<SessionEvent>>;
}

/** A session that has been started: its parts put together, from storage if need be. */
export class Life {
  readonly id: string;
  readonly init: SessionInit;
  readonly watchers: Watchers<SessionEvent>;
  readonly keeper: BrowserKeeper;
  readonly queue = new CommandQueue();
  /** Tells the account's hub. */
  readonly reporter: Reporter;
  /** When a watcher last came or left. */
  lastWatched = 0;
  /** Nothing is done or told any more. */
  ended = false;
  readonly #context: ObjectContext;
  readonly #storage: DurableObjectStorage;
  readonly #log: EventLog<SessionEvent>;
  readonly #report: VisitReport<SessionEvent>;
  readonly #typed = new TypedText();
  readonly #pageEvents = new Budget(PAGE_EVENTS_PER_SECOND, Date.now);
  #status: Status;

  constructor({ id, init, state, context, frames }: LifeOptions) {
    const { db, config, seal } = context;
    const { sql, kv } = state.storage;
    const log = new EventLog<SessionEvent>(sql);
    this.id = id;
    this.init = init;
    this.#context = context;
    this.#storage = state.storage;
    this.#log = log;
    this.#status = kv.get<Status>("status") ?? {
      url: "about:blank",
      title: "",
      failed: false,
      lastUsed: init.createdAt,
    };
    const { accountId, createdAt } = init;
    this.#report = VisitReport.open(
      { kv, log, spell: visitEventOf },
      { accountId, visit: visitOf(id), startedAt: createdAt },
    );
    this.reporter = reporterOf(this.#report, state, context);
    if (this.#report.pending) this.reporter.wake();
    this.watchers = new Watchers({
      state,
      frames,
      replay: (since) => log.after(since),
      latest: () => log.latest,
      liveKeys: (ids) => areKeysLive(db, ids, Date.now()),
    });
    this.keeper = new BrowserKeeper({
      launcher: context.launcherFor(init.host),
      snapshots: new Snapshots(sql, seal, id),
      storage: kv,
      inTurn: (launch) =>
        launchInTurn(
          { db, now: Date.now, sleep: (ms) => scheduler.wait(ms) },
          { maxBrowsers: config.MAX_BROWSERS, patienceMs: config.BROWSER_WAIT * 1000 },
          id,
          launch,
        ),
      leaveLine: () => leaveLine(db, id),
      onNotice: (notice) => this.#noticed(notice),
      onRestored: (url, lost) => {
        this.emit({ type: "restored", url: this.#typed.maskUrl(url), lost });
      },
    });
  }

  /** Never waits behind a command. */
  view(): SessionView {
    const seen = this.keeper.current?.peek();
    const { url, title, failed } = this.#status;
    const loading = this.queue.busy || (seen?.loading ?? false);
    return {
      region: this.init.region,
      createdAt: this.init.createdAt,
      state: loading ? "loading" : failed ? "error" : "ready",
      url: seen?.url ?? url,
      title: seen?.title ?? title,
    };
  }

  /**
   * Runs a command in its turn. `settled` is called once the answer is out; the next command
   * waits for it.
   */
  run(
    command: SessionCommand,
    settled: () => Promise<void>,
  ): Promise<SessionResult<SessionCommand>> {
    let timedOut = false;
    return this.queue.run(
      async () => {
        // The session may have ended while this waited.
        if (this.ended) throw sessionGone();
        try {
          return await this.#perform(command);
        } catch (error) {
          if (this.ended) throw sessionGone();
          timedOut = error instanceof Fault && error.code === "TIMEOUT";
          throw error;
        } finally {
          this.#used();
        }
      },
      async () => {
        if (timedOut) await this.keeper.replaceIfDead();
        await settled();
      },
    );
  }

  emit(event: SessionEvent): void {
    if (this.ended) return;
    this.watchers.publish(this.#log.append(event, Date.now()));
    this.reporter.wake();
  }

  /**
   * Nothing is done or told any more, but how it ended.
   * @param opened false when the session came to nothing: then it is told of only if it was before.
   */
  end(reason: string, opened: boolean): void {
    this.ended = true;
    this.watchers.closeAll(reason);
    if (!opened && !this.#report.heard) {
      this.#report.discard();
      return;
    }
    const error = opened ? (this.#status.broken ?? null) : reason;
    this.#report.end({ success: error === null, error }, Date.now());
  }

  /** Gives the browser back until the next command. */
  park(): Promise<void> {
    return this.queue.run(async () => {
      if (this.ended) return;
      if (await this.keeper.park()) this.emit({ type: "parked" });
    });
  }

  clock(): SessionClock {
    return {
      lastUsed: this.#status.lastUsed,
      idleTimeout: this.init.idleTimeout * 1000,
      browserIdle: this.#context.config.BROWSER_IDLE * 1000,
      busy: this.queue.busy,
      lastWatched: this.lastWatched,
      watchers: this.watchers.count,
      holdsBrowser: this.keeper.holds,
      keyCheck: this.watchers.keyCheck,
    };
  }

  async #perform(command: SessionCommand): Promise<SessionResult<SessionCommand>> {
    const { language, files } = this.#context;
    // Without a browser nothing is tried: that is a refusal, not a failed command.
    let tried = false;
    try {
      const result = await perform(
        {
          language,
          typed: this.#typed,
          browser: async () => {
            const browser = await this.keeper.get();
            tried = true;
            return browser;
          },
          emit: (event) => this.emit(event),
          storeScreenshot: async (bytes, format) => {
            if (this.ended) throw sessionGone();
            return storeScreenshot(files, this.init.accountId, this.id, bytes, format);
          },
          now: Date.now,
        },
        command,
      );
      this.#status.failed = "completed" in result && !result.completed;
      delete this.#status.broken;
      return result;
    } catch (error) {
      if (tried) {
        this.#status.failed = true;
        const fault = error instanceof Fault ? error : null;
        const message = this.#typed.mask(fault?.message ?? "The command failed.");
        if (!fault || fault.code === "UNAVAILABLE") this.#status.broken = message;
        this.emit({ type: "error", message });
      }
      throw error;
    }
  }

  #noticed(notice: BrowserNotice): void {
    switch (notice.type) {
      case "navigation":
      case "page_opened":
      case "page_closed":
        return this.#tellOfPage({ ...notice, url: this.#typed.maskUrl(notice.url) });
      case "dialog":
        return this.#tellOfPage({ ...notice, message: this.#typed.mask(notice.message) });
      case "crashed":
        this.#status.failed = true;
        this.#broke("The page crashed.");
        return this.emit({ type: "error", message: "The page crashed." });
      case "ready":
        this.#status.url = notice.url.slice(0, MAX_TEXT_LENGTH);
        this.#status.title = notice.title;
        return undefined;
      case "gone":
        return this.#broke("The browser was lost.");
      case "loading":
        return undefined;
      default:
        return notice satisfies never;
    }
  }

  /** A page may flood: what is beyond its budget is left out. */
  #tellOfPage(event: SessionEvent): void {
    if (this.#pageEvents.left < 1) return;
    this.#pageEvents.spend(1);
    this.emit(event);
  }

  #broke(what: string): void {
    if (this.ended) return;
    this.#status.broken = what;
    this.#storage.kv.put("status", this.#status);
  }

  #used(): void {
    if (this.ended) return;
    const seen = this.keeper.current?.peek();
    if (seen) {
      this.#status.url = seen.url.slice(0, MAX_TEXT_LENGTH);
      this.#status.title = seen.title;
    }
    this.#status.lastUsed = Date.now();
    this.#storage.kv.put("status", this.#status);
  }
}

export function sessionGone(): Fault {
  return new Fault("NOT_FOUND", "Session not found");
}
