import { DurableObject } from "cloudflare:workers";
import { settle } from "../domain/errors.ts";
import type { SessionEvent } from "../domain/event.ts";
import type { Reply } from "../domain/ports.ts";
import { forgetSession } from "../domain/session/forget-session.ts";
import { visitEventOf } from "../domain/session/visit.ts";
import type {
  SessionCommand,
  SessionInit,
  SessionResult,
  SessionView,
} from "../domain/session/session.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import type { FrameEncoder } from "./fan-out.ts";
import { EventLog } from "./event-log.ts";
import type { Reporter } from "./reporter.ts";
import { Life, sessionGone } from "./session/life.ts";
import { dueTasks, nextAlarm } from "./session/schedule.ts";
import { reporterOf, VisitReport } from "./visit-report.ts";
import { settleUpgrade } from "./watchers.ts";

/** What an alarm could not do is tried again so much later. */
const AGAIN_MS = 60_000;
/** A hub that cannot be told of an end is told again for a day. */
const OWED_FOR_MS = 24 * 60 * 60_000;

/**
 * One browser session: holds its browser, runs its commands one at a time, numbers its events
 * and fans them out. Reads never wait behind a command. Subclassed in `index.ts`, which hands
 * over the wires' frame encoders.
 */
export abstract class SessionShell extends DurableObject<Env> {
  protected abstract readonly frames: Record<string, FrameEncoder<SessionEvent>>;
  readonly #context: ObjectContext;
  #life: Life | null = null;
  /** Of a session that has ended. */
  #parting: Reporter | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
  }

  start(id: string, init: SessionInit): Reply<void> {
    return settle(async () => {
      this.ctx.storage.kv.put("id", id);
      this.ctx.storage.kv.put("init", init);
      await this.#rearm(this.#owned(init.accountId));
    });
  }

  view(accountId: string): Reply<SessionView> {
    return settle(() => this.#owned(accountId).view());
  }

  command(accountId: string, command: SessionCommand): Reply<SessionResult<SessionCommand>> {
    return settle(() => {
      const life = this.#owned(accountId);
      const answer = life.run(command, async () => {
        this.ctx.waitUntil(life.keeper.save());
        await this.#rearm(life);
      });
      this.ctx.waitUntil(this.#rearm(life));
      return answer;
    });
  }

  /** The upgrade of a watcher's request. */
  override fetch(request: Request): Promise<Response> {
    return settleUpgrade(request, async (watcher) => {
      const life = this.#owned(watcher.accountId);
      const response = life.watchers.accept(watcher);
      life.lastWatched = Date.now();
      await this.#rearm(life);
      return response;
    });
  }

  end(reason: string, opened: boolean): Reply<void> {
    return settle(() => this.#end(reason, opened));
  }

  dropKey(keyId: string): Reply<void> {
    return settle(() => this.#find()?.watchers.dropKey(keyId));
  }

  /** Whether the browser service answers from here. */
  probe(): Promise<boolean> {
    return this.#context.browserAnswers();
  }

  override async alarm(): Promise<void> {
    const life = this.#find();
    if (!life) return this.#part();
    life.reporter.wake();
    try {
      await this.#attend(life, Date.now());
      await this.#rearm(life);
    } catch (error) {
      // The platform gives an alarm up that fails a few times; this one must ring again.
      this.#context.log.error("alarm", error);
      await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    }
  }

  async #attend(life: Life, now: number): Promise<void> {
    for (const task of dueTasks(life.clock(), now)) {
      if (task === "close") return this.#expire(life);
      if (task === "park") await life.park();
      if (task === "check_keys") await life.watchers.checkKeys(now);
    }
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#find()?.watchers.message(socket, message);
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    try {
      // 1005 and 1006 say that no code came; they may not be sent.
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // Closed from our side.
    }
    const life = this.#find();
    if (!life) return;
    life.lastWatched = Date.now();
    await this.#rearm(life);
  }

  /** @throws Fault NOT_FOUND for a session that never was, is no more, or is another account's. */
  #owned(accountId: string): Life {
    const life = this.#find();
    if (life?.init.accountId !== accountId) throw sessionGone();
    return life;
  }

  #find(): Life | null {
    if (this.#life) return this.#life;
    const { kv } = this.ctx.storage;
    const init = kv.get<SessionInit>("init");
    const id = kv.get<string>("id");
    // Nothing is written for an id that was never started.
    if (!init || id === undefined) return null;
    const { ctx: state, frames } = this;
    this.#life = new Life({ id, init, state, frames, context: this.#context });
    return this.#life;
  }

  /** Sets the alarm when it would ring too late; one that rings too early costs nothing much. */
  async #rearm(life: Life): Promise<void> {
    if (life.ended) return;
    const wanted = nextAlarm(life.clock(), Date.now());
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > wanted) await this.ctx.storage.setAlarm(wanted);
  }

  async #expire(life: Life): Promise<void> {
    const { db, files } = this.#context;
    await forgetSession({ db, files }, life.init.accountId, life.id);
    await this.#end("the session was idle for too long", true);
  }

  async #end(reason: string, opened: boolean): Promise<void> {
    const life = this.#find();
    if (!life) return;
    life.end(reason, opened);
    this.#life = null;
    this.ctx.storage.kv.delete("init");
    this.#parting = life.reporter;
    // Should the object not get to it now.
    await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    // The session is gone all the same; the clock gives a turn back that was kept.
    await life.keeper.close().catch((error: unknown) => this.#context.log.error("close", error));
    this.ctx.waitUntil(this.#part());
  }

  /** After the end: tells the account's hub of it, then forgets everything. */
  async #part(): Promise<void> {
    const { storage } = this.ctx;
    const report = VisitReport.owed({
      kv: storage.kv,
      log: new EventLog<SessionEvent>(storage.sql),
      spell: visitEventOf,
    });
    const owedSince = report?.endedAt ?? null;
    if (report && owedSince !== null && Date.now() - owedSince < OWED_FOR_MS) {
      this.#parting ??= reporterOf(report, this.ctx, this.#context);
      if (!(await this.#parting.flush())) {
        await storage.setAlarm(Date.now() + AGAIN_MS);
        return;
      }
    }
    await storage.deleteAlarm();
    await storage.deleteAll();
  }
}
