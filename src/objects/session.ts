import { DurableObject } from "cloudflare:workers";
import { areKeysLive } from "../domain/account/index.ts";
import { Fault, settle } from "../domain/errors.ts";
import type { SessionEvent } from "../domain/event.ts";
import type { BrowserNotice, Reply, Watcher } from "../domain/ports.ts";
import { launchInTurn } from "../domain/session/browser-line.ts";
import { forgetSession } from "../domain/session/forget-session.ts";
import { storeScreenshot } from "../domain/session/screenshots.ts";
import type {
  SessionCommand,
  SessionInit,
  SessionResult,
  SessionState,
  SessionView,
} from "../domain/session/session.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import { leaveLine } from "../store/browser-line.ts";
import { EventLog } from "./event-log.ts";
import type { FrameEncoder } from "./fan-out.ts";
import { BrowserKeeper } from "./session/browser-keeper.ts";
import { CommandQueue } from "./session/command-queue.ts";
import { perform, type Stage } from "./session/perform.ts";
import { dueTasks, nextAlarm, type SessionClock } from "./session/schedule.ts";
import { Snapshots } from "./session/snapshot.ts";
import { TypedText } from "./session/typed-text.ts";
import { Watchers } from "./watchers.ts";

/** What readers see without asking the browser; kept over evictions. */
interface Status {
  url: string;
  title: string;
  /** The last command failed. */
  failed: boolean;
  lastUsed: number;
}

/** Everything of a session that has been started. */
interface Life {
  id: string;
  init: SessionInit;
  status: Status;
  log: EventLog<SessionEvent>;
  watchers: Watchers<SessionEvent>;
  keeper: BrowserKeeper;
  queue: CommandQueue;
  typed: TypedText;
  lastWatched: number;
}

/**
 * One browser session: holds its browser, runs its commands one at a time, numbers its events
 * and fans them out. Reads never wait behind a command. Subclassed in `index.ts`, which hands
 * over the wires' frame encoders.
 */
export abstract class SessionShell extends DurableObject<Env> {
  protected abstract readonly frames: Record<string, FrameEncoder<SessionEvent>>;
  readonly #context: ObjectContext;
  #life: Life | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
  }

  start(id: string, init: SessionInit): Reply<void> {
    return settle(async () => {
      const { kv } = this.ctx.storage;
      kv.put("id", id);
      kv.put("init", init);
      await this.#rearm(this.#alive(init.accountId));
    });
  }

  view(accountId: string): Reply<SessionView> {
    return settle(() => {
      const { init, status, keeper, queue } = this.#alive(accountId);
      const seen = keeper.current?.peek();
      const { region, createdAt } = init;
      const loading = queue.busy || (seen?.loading ?? false);
      const state: SessionState = loading ? "loading" : status.failed ? "error" : "ready";
      return {
        region,
        createdAt,
        state,
        url: seen?.url ?? status.url,
        title: seen?.title ?? status.title,
      };
    });
  }

  command(accountId: string, command: SessionCommand): Reply<SessionResult<SessionCommand>> {
    return settle(() => {
      const life = this.#alive(accountId);
      let timedOut = false;
      return life.queue.run(
        async () => {
          // The session may have ended while this waited.
          if (this.#life !== life) throw gone();
          try {
            const result = await perform(this.#stage(life), command);
            life.status.failed =
              command.type === "workflow" && !(result as { completed: boolean }).completed;
            return result;
          } catch (error) {
            timedOut = error instanceof Fault && error.code === "TIMEOUT";
            if (!(error instanceof Refused)) this.#failed(life, error);
            throw error instanceof Refused ? error.fault : error;
          } finally {
            this.#used(life);
          }
        },
        async () => {
          if (this.#life !== life) return;
          if (timedOut) await life.keeper.replaceIfDead();
          this.ctx.waitUntil(life.keeper.save());
          await this.#rearm(life);
        },
      );
    });
  }

  /** The upgrade of a watcher's request; `platform/sessions.ts` says who it is. */
  override async fetch(request: Request): Promise<Response> {
    const watcher = JSON.parse(request.headers.get("x-outrider-watcher") ?? "null") as Watcher;
    const life = this.#find();
    if (!life || life.init.accountId !== watcher.accountId)
      return new Response(null, { status: 404 });
    const response = life.watchers.accept(watcher);
    life.lastWatched = Date.now();
    await this.#rearm(life);
    return response;
  }

  end(reason: string): Reply<void> {
    return settle(() => this.#end(reason));
  }

  dropKey(keyId: string): Reply<void> {
    return settle(() => this.#find()?.watchers.dropKey(keyId));
  }

  /** Whether the browser service answers from here. */
  async probe(): Promise<boolean> {
    return this.#context.browserAnswers();
  }

  override async alarm(): Promise<void> {
    const life = this.#find();
    if (!life) return;
    const now = Date.now();
    for (const task of dueTasks(this.#clock(life), now)) {
      if (task === "close") return this.#expire(life);
      if (task === "park") await life.queue.run(() => this.#park(life));
      if (task === "check_keys") await life.watchers.checkKeys(now);
    }
    await this.#rearm(life);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#find()?.watchers.message(socket, message);
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    try {
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // Closed from our side.
    }
    const life = this.#find();
    if (!life) return;
    life.lastWatched = Date.now();
    await this.#rearm(life);
  }

  /** @throws Fault NOT_FOUND for a session that is not, is no more, or is another account's. */
  #alive(accountId: string): Life {
    const life = this.#find();
    if (!life || life.init.accountId !== accountId) throw gone();
    return life;
  }

  #find(): Life | null {
    if (this.#life) return this.#life;
    const { kv } = this.ctx.storage;
    const init = kv.get<SessionInit>("init");
    const id = kv.get<string>("id");
    // Nothing is written for an id that was never started.
    if (!init || id === undefined) return null;
    this.#life = this.#assemble(id, init);
    return this.#life;
  }

  #assemble(id: string, init: SessionInit): Life {
    const { db, config, seal } = this.#context;
    const { sql, kv } = this.ctx.storage;
    const log = new EventLog<SessionEvent>(sql);
    const life: Life = {
      id,
      init,
      status: kv.get<Status>("status") ?? {
        url: "about:blank",
        title: "",
        failed: false,
        lastUsed: init.createdAt,
      },
      log,
      watchers: new Watchers({
        state: this.ctx,
        frames: this.frames,
        replay: (since) => log.after(since),
        latest: () => log.latest,
        liveKeys: (ids) => areKeysLive(db, ids, Date.now()),
      }),
      keeper: new BrowserKeeper({
        launcher: this.#context.launcherFor(init.host),
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
        onNotice: (notice) => this.#noticed(life, notice),
        onRestored: (url, lost) => this.#emit(life, { type: "restored", url, lost }),
      }),
      queue: new CommandQueue(),
      typed: new TypedText(),
      lastWatched: 0,
    };
    return life;
  }

  #stage(life: Life): Stage {
    const { language, files } = this.#context;
    return {
      language,
      typed: life.typed,
      browser: async () => {
        try {
          return await life.keeper.get();
        } catch (error) {
          // Without a browser nothing was tried: that is a refusal, not a failed command.
          throw error instanceof Fault ? new Refused(error) : error;
        }
      },
      emit: (event) => this.#emit(life, event),
      storeScreenshot: (bytes, format) =>
        storeScreenshot(files, life.init.accountId, life.id, bytes, format),
      now: Date.now,
    };
  }

  #emit(life: Life, event: SessionEvent): void {
    if (this.#life !== life) return;
    life.watchers.publish(life.log.append(event, Date.now()));
  }

  #noticed(life: Life, notice: BrowserNotice): void {
    switch (notice.type) {
      case "navigation":
      case "page_opened":
      case "page_closed":
        return this.#emit(life, { ...notice, url: life.typed.maskUrl(notice.url) });
      case "dialog":
        return this.#emit(life, { ...notice, message: life.typed.mask(notice.message) });
      case "crashed":
        life.status.failed = true;
        return this.#emit(life, { type: "error", message: "The page crashed." });
      case "ready":
        life.status.url = notice.url;
        life.status.title = notice.title;
        return undefined;
      case "loading":
      case "gone":
        return undefined;
      default:
        return notice satisfies never;
    }
  }

  #failed(life: Life, error: unknown): void {
    life.status.failed = true;
    const message = error instanceof Fault ? life.typed.mask(error.message) : "The command failed.";
    this.#emit(life, { type: "error", message });
  }

  #used(life: Life): void {
    if (this.#life !== life) return;
    const seen = life.keeper.current?.peek();
    life.status = {
      url: seen?.url ?? life.status.url,
      title: seen?.title ?? life.status.title,
      failed: life.status.failed,
      lastUsed: Date.now(),
    };
    this.ctx.storage.kv.put("status", life.status);
  }

  async #park(life: Life): Promise<void> {
    if (this.#life !== life) return;
    await life.keeper.park();
    this.#emit(life, { type: "parked" });
  }

  #clock(life: Life): SessionClock {
    return {
      lastUsed: life.status.lastUsed,
      idleTimeout: life.init.idleTimeout * 1000,
      browserIdle: this.#context.config.BROWSER_IDLE * 1000,
      busy: life.queue.busy,
      lastWatched: life.lastWatched,
      watchers: life.watchers.count,
      holdsBrowser: life.keeper.holds,
      keyCheck: life.watchers.keyCheck,
    };
  }

  /** Sets the alarm when it would ring too late; one that rings too early costs nothing much. */
  async #rearm(life: Life): Promise<void> {
    if (this.#life !== life) return;
    const wanted = nextAlarm(this.#clock(life));
    if (wanted === null) return;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > wanted) await this.ctx.storage.setAlarm(wanted);
  }

  async #expire(life: Life): Promise<void> {
    const { db, files } = this.#context;
    await forgetSession({ db, files }, life.init.accountId, life.id);
    await this.#end("the session was idle for too long");
  }

  async #end(reason: string): Promise<void> {
    const life = this.#find();
    if (!life) return;
    this.#life = null;
    this.ctx.storage.kv.delete("init");
    life.watchers.closeAll(reason);
    await life.keeper.close();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}

/** A command that was turned away before anything was tried. */
class Refused extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

function gone(): Fault {
  return new Fault("NOT_FOUND", "Session not found");
}
