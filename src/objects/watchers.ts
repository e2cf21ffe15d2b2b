import { Fault, settle } from "../domain/errors.ts";
import type { Numbered } from "../domain/event.ts";
import type { Watcher } from "../domain/ports.ts";
import type { WatchFilter } from "../domain/telemetry/index.ts";
import { FanOut, type FrameEncoder, type Piece } from "./fan-out.ts";

/** Sockets on one object, and how many of them may be without a key. */
const MAX_WATCHERS = 2000;
const MAX_WITHOUT_KEY = 1500;
/** A key may be revoked while its socket opens: it is looked up again this much later. */
const KEY_CHECK_AFTER_MS = 5000;
const NORMAL_CLOSURE = 1000;
const POLICY_VIOLATION = 1008;
/** Close reasons hold 123 bytes. */
const MAX_REASON_LENGTH = 100;

/** What survives hibernation with a socket. */
interface Attachment<F> extends Pick<
  Watcher<F>,
  "keyId" | "keyExpiresAt" | "frame" | "ack" | "batch" | "filter"
> {
  /** When its key is looked up again; milliseconds since the epoch, null for never. */
  checkKeyAt: number | null;
}

export interface WatchersOptions<E, F = WatchFilter> {
  state: DurableObjectState;
  frames: Record<string, FrameEncoder<E>>;
  /** What came after a `seq`, and the hole before it: all of it, or a piece. */
  replay: (since: number) => Piece<E>;
  latest: () => number;
  /** Whether a socket with such a filter hears of an event. */
  wants?: (filter: F, event: Numbered<E>) => boolean;
  /** Answers what a subscriber says, unless it is an acknowledgement that it promised. */
  answer?: (text: string) => string;
  /** See {@link FanOut}. */
  deliveriesPerSecond?: number;
  /** Which of these keys still open something. */
  liveKeys: (keyIds: string[]) => Promise<Set<string>>;
}

/** The hibernatable sockets of one object: who listens, with which key, and how. */
export class Watchers<E extends object, F = WatchFilter> {
  readonly #options: WatchersOptions<E, F>;
  readonly #fanOut: FanOut<WebSocket, E>;
  /** Attachments that were read already. */
  readonly #attached = new WeakMap<WebSocket, Attachment<F>>();

  constructor(options: WatchersOptions<E, F>) {
    this.#options = options;
    const { wants, deliveriesPerSecond, answer } = options;
    this.#fanOut = new FanOut({
      sockets: () => this.#sockets(),
      attached: (socket) => this.#attachmentOf(socket),
      frames: options.frames,
      replay: options.replay,
      later: (work, ms) => setTimeout(work, ms),
      now: Date.now,
      ...(wants && {
        wants: (socket, event) => {
          const { filter } = this.#attachmentOf(socket);
          return filter === undefined || wants(filter, event);
        },
      }),
      ...(deliveriesPerSecond !== undefined && { deliveriesPerSecond }),
    });
    // Answered without waking the object.
    const pair = new WebSocketRequestResponsePair("ping", answer?.("ping") ?? "pong");
    options.state.setWebSocketAutoResponse(pair);
  }

  get count(): number {
    return this.#sockets().length;
  }

  /** When keys have to be looked up again, at the earliest; null for no socket. */
  get keyCheck(): number | null {
    const times = this.#sockets()
      .map((socket) => this.#attachmentOf(socket).checkKeyAt)
      .filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Opens a socket and replays what it asks for. */
  accept(watcher: Watcher<F>): Response {
    const { keyId, keyExpiresAt, frame, ack, batch, filter } = watcher;
    const most = keyId === null ? MAX_WITHOUT_KEY : MAX_WATCHERS;
    if (this.count >= most) {
      throw new Fault("LIMIT_REACHED", "Too many subscribers listen already.", { retryAfter: 10 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.#options.state.acceptWebSocket(server);
    this.#attach(server, {
      keyId,
      keyExpiresAt,
      frame,
      ack,
      ...(batch !== undefined && { batch }),
      ...(filter !== undefined && { filter }),
      checkKeyAt: keyId === null ? null : Date.now() + KEY_CHECK_AFTER_MS,
    });
    this.#fanOut.welcome(server, watcher.since, this.#options.latest());
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Whether any socket hears of such an event. */
  isWanted(event: Numbered<E>): boolean {
    const { wants } = this.#options;
    return this.#sockets().some((socket) => {
      const { filter } = this.#attachmentOf(socket);
      return filter === undefined || !wants || wants(filter, event);
    });
  }

  publish(event: Numbered<E>): void {
    if (this.#options.state.getWebSockets().length > 0) this.#fanOut.publish(event);
  }

  /** Tells what is no part of the log. @returns false when it had to be left out. */
  announce(event: Numbered<E>): boolean {
    return this.count === 0 || this.#fanOut.announce(event);
  }

  /** A subscriber's words: `{"type":"ack","seq":N}`. Anything else is answered or ignored. */
  message(socket: WebSocket, text: string | ArrayBuffer): void {
    if (typeof text !== "string") return;
    const seq = acknowledged(text);
    if (seq !== null && this.#attachmentOf(socket).ack) {
      this.#fanOut.acknowledge(socket, seq);
    } else if (this.#options.answer && socket.readyState === WebSocket.OPEN) {
      socket.send(this.#options.answer(text));
    }
  }

  dropKey(keyId: string): void {
    for (const socket of this.#sockets()) {
      if (this.#attachmentOf(socket).keyId === keyId)
        closeSocket(socket, POLICY_VIOLATION, "key revoked");
    }
  }

  closeAll(reason: string): void {
    for (const socket of this.#sockets()) closeSocket(socket, NORMAL_CLOSURE, reason);
  }

  /** Looks up the keys that are due; sockets whose key opens nothing any more are closed. */
  async checkKeys(now: number): Promise<void> {
    const due = this.#sockets().flatMap((socket) => {
      const { keyId, checkKeyAt } = this.#attachmentOf(socket);
      return keyId !== null && checkKeyAt !== null && checkKeyAt <= now ? [{ socket, keyId }] : [];
    });
    if (due.length === 0) return;
    const live = await this.#options.liveKeys([...new Set(due.map(({ keyId }) => keyId))]);
    for (const { socket, keyId } of due) {
      const attachment = this.#attachmentOf(socket);
      if (live.has(keyId)) {
        this.#attach(socket, { ...attachment, checkKeyAt: attachment.keyExpiresAt });
      } else {
        closeSocket(socket, POLICY_VIOLATION, "key revoked or expired");
      }
    }
  }

  #attach(socket: WebSocket, attachment: Attachment<F>): void {
    socket.serializeAttachment(attachment);
    this.#attached.set(socket, attachment);
  }

  #attachmentOf(socket: WebSocket): Attachment<F> {
    const known = this.#attached.get(socket);
    if (known) return known;
    const attachment = socket.deserializeAttachment() as Attachment<F>;
    this.#attached.set(socket, attachment);
    return attachment;
  }

  #sockets(): WebSocket[] {
    return this.#options.state
      .getWebSockets()
      .filter((socket) => socket.readyState === WebSocket.OPEN);
  }
}

/**
 * Answers the upgrade that the Worker forwards with the watcher in a header. A refusal travels as
 * a value, since errors lose their class on the way out of an object.
 */
export async function settleUpgrade<F = WatchFilter>(
  request: Request,
  accept: (watcher: Watcher<F>) => Promise<Response>,
): Promise<Response> {
  const watcher = JSON.parse(request.headers.get("x-outrider-watcher") ?? "null") as Watcher<F>;
  const outcome = await settle(() => accept(watcher));
  return outcome.ok ? outcome.value : Response.json(outcome, { status: 400 });
}

/** The `seq` that a subscriber acknowledges; null when it says something else. */
function acknowledged(text: string): number | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const { type, seq } = said as { type?: unknown; seq?: unknown };
  return type === "ack" && typeof seq === "number" ? seq : null;
}

function closeSocket(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason.slice(0, MAX_REASON_LENGTH));
  } catch {
    // Closed already.
  }
}
