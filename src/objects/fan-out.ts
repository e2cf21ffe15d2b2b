import type { Gap, Numbered } from "../domain/event.ts";

/** Writes one message of a socket's own wire. */
export type FrameEncoder<E> = (event: Numbered<E> | Gap) => string;

/** The part of a hibernatable WebSocket that fan-out needs. */
export interface Subscriber {
  send(frame: string): void;
  close(code: number, reason: string): void;
}

export interface FanOutOptions<S extends Subscriber, E> {
  /** All sockets, now. */
  sockets: () => S[];
  /** Name of a socket's encoder, and whether it acknowledges. */
  attached: (socket: S) => { frame: string; ack: boolean };
  frames: Record<string, FrameEncoder<E>>;
  /** Runs `work` after `ms`. */
  later: (work: () => void, ms: number) => void;
  now: () => number;
  /** Messages a second over all sockets. What is beyond is skipped, and said in a gap. */
  deliveriesPerSecond?: number;
}

/** A runtime delivers 12,000–24,000 messages a second; the rest would pile up in its memory. */
const DELIVERIES_PER_SECOND = 10_000;
/** While events keep coming they are sent this often. */
const TICK_MS = 20;
/** A subscriber with flow control that lags this far behind is let go. */
export const MAX_UNACKNOWLEDGED = 1000;
/** Events that wait for their tick; the oldest of more are skipped. */
const MAX_PENDING = 1000;
/** "Try again later" (RFC 6455 registry). */
export const TRY_AGAIN_LATER = 1013;

interface Progress {
  /** Last `seq` sent. */
  cursor: number;
  /** Of a subscriber with flow control: what it has not acknowledged, ascending. */
  unacknowledged: number[];
}

/**
 * Sends numbered events to many sockets, each encoded once per wire, within a budget of
 * messages. The first event after a pause leaves at once; more of them leave every 20 ms. Under
 * a flood the newest events go out and each subscriber is told by a `gap` what it skipped.
 */
export class FanOut<S extends Subscriber, E> {
  readonly #options: FanOutOptions<S, E>;
  readonly #progress = new WeakMap<S, Progress>();
  readonly #perSecond: number;
  #pending: Numbered<E>[] = [];
  /** First and last `seq` that `#pending` had no room for. */
  #overflow: { from: number; to: number } | null = null;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #scheduled = false;

  constructor(options: FanOutOptions<S, E>) {
    this.#options = options;
    this.#perSecond = options.deliveriesPerSecond ?? DELIVERIES_PER_SECOND;
  }

  publish(event: Numbered<E>): void {
    this.#pending.push(event);
    if (this.#pending.length > MAX_PENDING) {
      const dropped = this.#pending.shift();
      if (dropped) this.#overflow = { from: this.#overflow?.from ?? dropped.seq, to: dropped.seq };
    }
    if (this.#scheduled) return;
    const wait = this.#lastFlush + TICK_MS - this.#options.now();
    if (wait <= 0) {
      this.#flush();
      return;
    }
    this.#scheduled = true;
    this.#options.later(() => {
      this.#scheduled = false;
      this.#flush();
    }, wait);
  }

  /**
   * Brings a new socket up to date: `events` are those that it asked for, `gap` those that are
   * no longer kept. What is published from now on follows.
   */
  welcome(socket: S, events: Numbered<E>[], gap: Gap | null, latest: number): void {
    const progress: Progress = { cursor: latest, unacknowledged: [] };
    this.#progress.set(socket, progress);
    const { frame, ack } = this.#options.attached(socket);
    const encode = this.#encoder(frame);
    if (gap) socket.send(encode(gap));
    for (const event of events) {
      socket.send(encode(event));
      if (ack) progress.unacknowledged.push(event.seq);
    }
  }

  /** The subscriber has read everything up to `seq`. */
  acknowledge(socket: S, seq: number): void {
    const progress = this.#progress.get(socket);
    if (!progress) return;
    progress.unacknowledged = progress.unacknowledged.filter((sent) => sent > seq);
  }

  #encoder(frame: string): FrameEncoder<E> {
    const encode = this.#options.frames[frame];
    if (!encode) throw new Error(`No encoder for frame ${frame}`);
    return encode;
  }

  #flush(): void {
    const { now, sockets } = this.#options;
    const elapsed = Math.min(1000, Math.max(TICK_MS, now() - this.#lastFlush));
    this.#lastFlush = now();
    const pending = this.#pending;
    const overflow = this.#overflow;
    this.#pending = [];
    this.#overflow = null;
    const listeners = sockets();
    if (listeners.length === 0) return;
    const quota = Math.max(1, Math.floor((this.#perSecond * elapsed) / 1000 / listeners.length));
    const sent = pending.slice(-quota);
    const first = sent[0];
    if (!first) return;
    const skippedFrom = overflow?.from ?? pending[0]?.seq ?? first.seq;
    const gap: Gap | null =
      skippedFrom < first.seq ? { type: "gap", from: skippedFrom, to: first.seq - 1 } : null;
    const encoded = new Map<string, { gap: string | null; frames: string[] }>();
    for (const socket of listeners) {
      const { frame } = this.#options.attached(socket);
      let wire = encoded.get(frame);
      if (!wire) {
        const encode = this.#encoder(frame);
        wire = { gap: gap && encode(gap), frames: sent.map((event) => encode(event)) };
        encoded.set(frame, wire);
      }
      this.#deliver(socket, sent, gap, wire);
    }
  }

  #deliver(
    socket: S,
    events: Numbered<E>[],
    gap: Gap | null,
    wire: { gap: string | null; frames: string[] },
  ): void {
    const progress = this.#progress.get(socket) ?? { cursor: 0, unacknowledged: [] };
    this.#progress.set(socket, progress);
    const { ack } = this.#options.attached(socket);
    try {
      if (gap && wire.gap !== null && progress.cursor < gap.to) socket.send(wire.gap);
      for (const [index, event] of events.entries()) {
        if (event.seq <= progress.cursor) continue;
        if (ack && progress.unacknowledged.length >= MAX_UNACKNOWLEDGED) {
          socket.close(TRY_AGAIN_LATER, `${MAX_UNACKNOWLEDGED} messages were not acknowledged`);
          return;
        }
        socket.send(wire.frames[index] ?? "");
        progress.cursor = event.seq;
        if (ack) progress.unacknowledged.push(event.seq);
      }
    } catch {
      // A socket that is closing takes no more; its close event cleans up.
    }
  }
}
