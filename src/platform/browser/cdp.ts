import type { CDPEvents, CDPSession } from "@cloudflare/puppeteer";
import { Fault } from "../../domain/errors.ts";

/** The typed command function of a CDP session: `send("Page.navigate", { url })`. */
export type Send = CDPSession["send"];
export type Command = Parameters<Send>[0];

/** Events that the installed protocol typings do not know yet. */
interface NewEvents {
  "Page.frameStartedNavigating": {
    frameId: string;
    url: string;
    loaderId: string;
    navigationType: string;
  };
}
type EventMap = CDPEvents & NewEvents;

/** One CDP event, discriminated by its method. */
export type CdpEvent = {
  [Method in keyof EventMap & string]: { method: Method; params: EventMap[Method] };
}[keyof EventMap & string];

/** The browser refused or failed a command. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** The page or frame that a command was for is no more. */
export class DetachedError extends Fault {
  constructor() {
    super("BAD_REQUEST", "The page was closed.");
  }
}

interface Pending {
  method: string;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  channel: Channel;
}

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string; data?: string };
  sessionId?: string;
}

/** One CDP session: the browser's own, or that of a page or of a frame with a process of its own. */
export class Channel {
  readonly send: Send;
  /** Called for every event, in order. */
  onEvent: (event: CdpEvent) => void = () => {};
  readonly sessionId: string | undefined;
  /** Small number that names it within its connection. */
  readonly number: number;
  #failure: Error | null = null;
  readonly #wire: Wire;

  constructor(wire: Wire, sessionId: string | undefined, number: number) {
    this.#wire = wire;
    this.sessionId = sessionId;
    this.number = number;
    const send = (method: string, params: unknown = {}): Promise<unknown> =>
      this.#failure ? Promise.reject(this.#failure) : wire.post(this, method, params);
    this.send = send as Send;
  }

  /** Sends without waiting; what comes of it does not matter. */
  tell(...command: Parameters<Send>): void {
    this.send(...command).catch(() => {});
  }

  /** Ends all that waits for it, and all that will. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wire.drop(this, error);
  }
}

/** The connection to one browser, with all its sessions on it ("flat" mode). */
export class Wire {
  readonly root: Channel;
  /** Called once, when the connection ends by itself. */
  onClosed: () => void = () => {};
  /** Resolves when the connection has ended, from whichever side. */
  readonly ended: Promise<void>;
  readonly #settleEnded: () => void;
  #closed = false;
  #count = 0;
  #lastId = 0;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #channels = new Map<string | undefined, Channel>();

  /** `socket`: accepted, and nothing read from it yet. */
  constructor(socket: WebSocket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settleEnded = resolve;
    this.root = this.open(undefined);
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#receive(data);
    });
    socket.addEventListener("close", () => this.#end(true));
    socket.addEventListener("error", () => this.#end(true));
  }

  get connected(): boolean {
    return !this.#closed;
  }

  /** The channel of a session that was just attached. */
  open(sessionId: string | undefined): Channel {
    const channel = new Channel(this, sessionId, this.#count++);
    this.#channels.set(sessionId, channel);
    return channel;
  }

  /** Forgets a session that was detached. */
  detach(sessionId: string): void {
    this.#channels.get(sessionId)?.fail(new DetachedError());
    this.#channels.delete(sessionId);
  }

  /** Ends the connection from this side. */
  close(): void {
    if (this.#closed) return;
    this.#end(false);
    this.#socket.close();
  }

  /** For {@link Channel}. */
  post(channel: Channel, method: string, params: unknown): Promise<unknown> {
    if (this.#closed) return Promise.reject(gone());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject, channel });
      const { sessionId } = channel;
      try {
        this.#socket.send(
          JSON.stringify(sessionId ? { id, method, params, sessionId } : { id, method, params }),
        );
      } catch {
        this.#pending.delete(id);
        reject(gone());
      }
    });
  }

  /** For {@link Channel}. */
  drop(channel: Channel, error: Error): void {
    for (const [id, pending] of this.#pending) {
      if (pending.channel !== channel) continue;
      this.#pending.delete(id);
      pending.reject(error);
    }
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message;
    if (message.id === undefined) {
      // Events of sessions already detached have nowhere to go.
      this.#channels.get(message.sessionId)?.onEvent(message as CdpEvent);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.error) {
      const detail = message.error.data ? ` ${message.error.data}` : "";
      pending.reject(new ProtocolError(`${pending.method}: ${message.error.message}${detail}`));
    } else {
      pending.resolve(message.result);
    }
  }

  #end(byItself: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const channel of this.#channels.values()) channel.fail(gone());
    this.#settleEnded();
    if (!byItself) return;
    try {
      // Each side of a WebSocket has to hang up.
      this.#socket.close();
    } catch {
      // It is closed already.
    }
    this.onClosed();
  }
}

function gone(): Fault {
  return new Fault("UNAVAILABLE", "The browser is gone.");
}
