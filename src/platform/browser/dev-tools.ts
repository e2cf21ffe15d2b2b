import type { DevTools, DevToolsEvent } from "../../domain/ports.ts";
import { type CdpEvent, type Channel, DetachedError, type Wire } from "./cdp.ts";
import { withLimit, within } from "./limit.ts";

const HUSH_LIMIT_MS = 1_000;
const CLOSE_LIMIT_MS = 3_000;

/** A browser's own connection, handed on command by command. */
export class BareBrowser implements DevTools {
  readonly id: string;
  readonly ended: Promise<void>;
  readonly #wire: Wire;
  readonly #sessions = new Map<string, Channel>();
  #listener: (event: DevToolsEvent) => void = () => {};

  constructor(id: string, wire: Wire) {
    this.id = id;
    this.ended = wire.ended;
    this.#wire = wire;
    this.#listen(wire.root);
  }

  get connected(): boolean {
    return this.#wire.connected;
  }

  onEvent(listener: (event: DevToolsEvent) => void): void {
    this.#listener = listener;
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    const channel = sessionId === undefined ? this.#wire.root : this.#sessions.get(sessionId);
    if (!channel) return Promise.reject(new DetachedError());
    const send = channel.send as (method: string, params: object) => Promise<unknown>;
    return send(method, params);
  }

  async close(): Promise<void> {
    if (!this.connected) return;
    await this.#hush();
    this.#wire.root.tell("Browser.close");
    // It hangs up itself, when all that it still had to say has been said.
    await withLimit(CLOSE_LIMIT_MS, (signal) => within(signal, this.#wire.ended)).catch(() => {});
    this.#wire.close();
  }

  /** What is still on its way to a closed socket would be an error to the other side. */
  async #hush(): Promise<void> {
    const { send } = this.#wire.root;
    const silence = Promise.all([
      send("Fetch.disable"),
      send("Target.setDiscoverTargets", { discover: false }),
      send("Target.setAutoAttach", {
        autoAttach: false,
        waitForDebuggerOnStart: false,
        flatten: true,
      }),
      ...[...this.#sessions.keys()].map((sessionId) =>
        send("Target.detachFromTarget", { sessionId }).catch(() => {}),
      ),
    ]);
    await withLimit(HUSH_LIMIT_MS, (signal) => within(signal, silence)).catch(() => {});
  }

  #listen(channel: Channel): void {
    const { sessionId } = channel;
    channel.onEvent = (event) => {
      this.#follow(event);
      this.#listener({ ...event, ...(sessionId !== undefined && { sessionId }) });
    };
  }

  #follow({ method, params }: CdpEvent): void {
    if (method === "Target.attachedToTarget") {
      const channel = this.#wire.open(params.sessionId);
      this.#sessions.set(params.sessionId, channel);
      this.#listen(channel);
    }
    if (method === "Target.detachedFromTarget") {
      this.#sessions.delete(params.sessionId);
      this.#wire.detach(params.sessionId);
    }
  }
}
