import { DurableObject } from "cloudflare:workers";
import { areKeysLive } from "../domain/account/index.ts";
import type {
  AgentEvent,
  KnownOutput,
  LaunchBegin,
  LaunchEnd,
  LaunchIdentity,
  OutputNews,
  OutputQuery,
  OutputReading,
} from "../domain/agent/live.ts";
import { settle } from "../domain/errors.ts";
import type { Reply } from "../domain/ports.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import { AgentOutput } from "./agent/output.ts";
import type { FrameEncoder } from "./fan-out.ts";
import { settleUpgrade, Watchers } from "./watchers.ts";

/** A call that waits for news is held no longer than this. */
const MAX_WAIT_MS = 10_000;
/** What an alarm could not do is tried again so much later. */
const AGAIN_MS = 60_000;

/**
 * One agent: keeps what its launches say, answers polls, and tells watchers as it comes. It keeps
 * nothing of its own about who may ask: the catalogue was asked first. Subclassed in `index.ts`,
 * which hands over the wires' frame encoders.
 */
export abstract class AgentShell extends DurableObject<Env> {
  protected abstract readonly frames: Record<string, FrameEncoder<AgentEvent>>;
  readonly #context: ObjectContext;
  #parts: { output: AgentOutput; watchers: Watchers<AgentEvent, never> } | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
  }

  begin(launch: LaunchBegin): Reply<void> {
    return settle(() => this.#open().output.begin(launch));
  }

  tell(news: OutputNews): Reply<void> {
    return settle(() => this.#open().output.tell(news));
  }

  end(launch: LaunchIdentity, end: LaunchEnd): Reply<LaunchEnd> {
    return settle(() => this.#open().output.end(launch, end));
  }

  read(query: OutputQuery): Reply<OutputReading> {
    return settle(() => this.#open().output.read(query));
  }

  wait(known: KnownOutput, ms: number): Reply<OutputReading> {
    return settle(() => this.#open().output.wait(known, Math.min(ms, MAX_WAIT_MS)));
  }

  forget(launchIds: number[]): Reply<void> {
    return settle(() => this.#open().output.forget(launchIds));
  }

  destroy(): Reply<void> {
    return settle(async () => {
      this.#parts?.watchers.closeAll("the agent was deleted");
      this.#parts = null;
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
    });
  }

  dropKey(keyId: string): Reply<void> {
    return settle(() => {
      // Most agents have no sockets, and need not wake up for it.
      if (this.ctx.getWebSockets().length > 0) this.#open().watchers.dropKey(keyId);
    });
  }

  /** The upgrade of a watcher's request; its `since` is a byte of the newest launch's console. */
  override fetch(request: Request): Promise<Response> {
    return settleUpgrade<never>(request, async (watcher) => {
      const { output, watchers } = this.#open();
      const { since, ...how } = watcher;
      const response = watchers.accept({
        ...how,
        ...(since !== undefined && { since: output.seqAt(since) }),
      });
      await this.#rearm();
      return response;
    });
  }

  override async alarm(): Promise<void> {
    try {
      await this.#open().watchers.checkKeys(Date.now());
      await this.#rearm();
    } catch (error) {
      // The platform gives an alarm up that fails a few times; this one must ring again.
      this.#context.log.error("alarm", error);
      await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    }
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#open().watchers.message(socket, message);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    try {
      // 1005 and 1006 say that no code came; they may not be sent.
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // Closed from our side.
    }
  }

  /** Sets the alarm when the keys of sockets have to be looked up again. */
  async #rearm(): Promise<void> {
    const at = this.#open().watchers.keyCheck;
    if (at !== null) await this.ctx.storage.setAlarm(at);
  }

  #open(): { output: AgentOutput; watchers: Watchers<AgentEvent, never> } {
    if (this.#parts) return this.#parts;
    const { db } = this.#context;
    const output = new AgentOutput(this.ctx.storage.sql, (event) => watchers.publish(event));
    const watchers = new Watchers<AgentEvent, never>({
      state: this.ctx,
      frames: this.frames,
      replay: (seq) => output.after(seq),
      latest: () => output.latest,
      liveKeys: (ids) => areKeysLive(db, ids, Date.now()),
    });
    this.#parts = { output, watchers };
    return this.#parts;
  }
}
