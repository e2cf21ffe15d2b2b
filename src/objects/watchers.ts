import { Fault } from "../domain/errors.ts";
import type { Gap, Numbered } from "../domain/event.ts";
import type { Watcher } from "../domain/ports.ts";
import { FanOut, type FrameEncoder } from "./fan-out.ts";

/** Sockets on one object. */
const MAX_WATCHERS = 2000;
/** A key may be revoked while its socket opens: it is looked up again this much later. */
const KEY_CHECK_AFTER_MS = 5000;
const NORMAL_CLOSURE = 1000;
const POLICY_VIOLATION = 1008;
/** Close reasons hold 123 bytes. */
const MAX_REASON_LENGTH = 100;

/** What survives hibernation with a socket. */
interface Attachment extends Pick<Watcher, "keyId" | "keyExpiresAt" | "frame" | "ack"> {
  /** When its key is looked up again; milliseconds since the epoch, null for never. */
  checkKeyAt: number | null;
}

export interface WatchersOptions<E> {
  state: DurableObjectState;
  frames: Record<string, FrameEncoder<E>>;
  /** What came after a `seq`, and the hole before it. */
  replay: (since: number) => { events: Numbered<E>[]; gap: Gap | null };
  latest: () => number;
  /** Which of these keys still open something. */
  liveKeys: (keyIds: string[]) => Promise<Set<string>>;
}

/** The hibernatable sockets of one object: who listens, with which key, and how. */
export class Watchers<E extends object> {
  readonly #options: WatchersOptions<E>;
  readonly #fanOut: FanOut<WebSocket, E>;

  constructor(options: WatchersOptions<E>) {
    this.#options = options;
    this.#fanOut = new FanOut({
      sockets: () => this.#sockets(),
      attached: (socket) => attachmentOf(socket),
      frames: options.frames,
      later: (work, ms) => setTimeout(work, ms),
      now: Date.now,
    });
    options.state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  get count(): number {
    return this.#sockets().length;
  }

  /** When keys have to be looked up again, at the earliest; null for no socket. */
  get keyCheck(): number | null {
    const times = this.#sockets()
      .map((socket) => attachmentOf(socket).checkKeyAt)
      .filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Opens a socket and replays what it asks for. */
  accept(watcher: Watcher): Response {
    if (this.count >= MAX_WATCHERS) {
      throw new Fault("LIMIT_REACHED", "Too many subscribers listen already.", { retryAfter: 10 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    const { keyId, keyExpiresAt, frame, ack } = watcher;
    const attachment: Attachment = {
      keyId,
      keyExpiresAt,
      frame,
      ack,
      checkKeyAt: Date.now() + KEY_CHECK_AFTER_MS,
    };
    this.#options.state.acceptWebSocket(server);
    server.serializeAttachment(attachment);
    const latest = this.#options.latest();
    const { events, gap } =
      watcher.since === undefined ? { events: [], gap: null } : this.#options.replay(watcher.since);
    this.#fanOut.welcome(server, events, gap, latest);
    return new Response(null, { status: 101, webSocket: client });
  }

  publish(event: Numbered<E>): void {
    if (this.count > 0) this.#fanOut.publish(event);
  }

  /** A subscriber's words: `{"type":"ack","seq":N}`. Anything else is ignored. */
  message(socket: WebSocket, text: string | ArrayBuffer): void {
    if (typeof text !== "string") return;
    let said: unknown;
    try {
      said = JSON.parse(text);
    } catch {
      return;
    }
    if (typeof said !== "object" || said === null) return;
    const { type, seq } = said as { type?: unknown; seq?: unknown };
    if (type === "ack" && typeof seq === "number") this.#fanOut.acknowledge(socket, seq);
  }

  dropKey(keyId: string): void {
    for (const socket of this.#sockets()) {
      if (attachmentOf(socket).keyId === keyId)
        closeSocket(socket, POLICY_VIOLATION, "key revoked");
    }
  }

  closeAll(reason: string): void {
    for (const socket of this.#sockets()) closeSocket(socket, NORMAL_CLOSURE, reason);
  }

  /** Looks up the keys that are due; sockets whose key opens nothing any more are closed. */
  async checkKeys(now: number): Promise<void> {
    const due = this.#sockets().filter((socket) => {
      const { checkKeyAt } = attachmentOf(socket);
      return checkKeyAt !== null && checkKeyAt <= now;
    });
    if (due.length === 0) return;
    const keyIds = [...new Set(due.map((socket) => attachmentOf(socket).keyId))];
    const live = await this.#options.liveKeys(keyIds);
    for (const socket of due) {
      const attachment = attachmentOf(socket);
      if (live.has(attachment.keyId)) {
        socket.serializeAttachment({ ...attachment, checkKeyAt: attachment.keyExpiresAt });
      } else {
        closeSocket(socket, POLICY_VIOLATION, "key revoked or expired");
      }
    }
  }

  #sockets(): WebSocket[] {
    return this.#options.state
      .getWebSockets()
      .filter((socket) => socket.readyState === WebSocket.OPEN);
  }
}

function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

function closeSocket(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason.slice(0, MAX_REASON_LENGTH));
  } catch {
    // Closed already.
  }
}
