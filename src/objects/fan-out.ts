import type { Gap, Numbered } from "../domain/event.ts";
import { Budget } from "./budget.ts";

/** Writes one message of a socket's own wire. */
export type FrameEncoder<E> = (event: Numbered<E> | Gap) => string;

/** The part of a hibernatable WebSocket that fan-out needs. */
export interface Subscriber {
  send(frame: string): void;
  close(code: number, reason: string): void;
}

/** How a socket listens. */
export interface Manner {
  /** Name of its encoder. */
  frame: string;
  /** It acknowledges what it has read. */
  ack: boolean;
  /** It takes all that is due at once in one message, as a JSON array. */
  batch?: boolean;
}

/** A piece of the log. */
export interface Piece<E> {
  events: Numbered<E>[];
  /** What was asked for and is no longer kept. */
  gap: Gap | null;
  /** There is more after the last of them. */
  more?: boolean;
}

export interface FanOutOptions<S extends Subscriber, E> {
  /** All sockets, now. */
  sockets: () => S[];
  attached: (socket: S) => Manner;
  /** Whether a socket wants an event; all do when absent. */
  wants?: (socket: S, event: Numbered<E>) => boolean;
  frames: Record<string, FrameEncoder<E>>;
  /** What came after a `seq`, oldest first: all of it, or a piece. */
  replay: (since: number) => Piece<E>;
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
/** How long a replay waits for acknowledgements before its subscriber is let go. */
const REPLAY_PATIENCE_MS = 60_000;
/** Events that wait for their tick; the oldest of more are skipped. */
const MAX_PENDING = 1000;
/** Characters in one array message; the oldest of more are skipped. */
const MAX_BATCH_LENGTH = 512 * 1024;
/** "Try again later" (RFC 6455 registry). */
const TRY_AGAIN_LATER = 1013;

interface Progress {
  /** Last `seq` sent. */
  cursor: number;
  /** Of a subscriber with flow control: what it has not acknowledged, ascending. */
  unacknowledged: number[];
  /** It reads the log and joins the others at its end. */
  replaying: boolean;
}

/** Events and the hole before them, as one wire writes them. */
interface Wire {
  gap: string | null;
  frames: string[];
}

/**
 * Sends numbered events to many sockets, each encoded once per wire, within a budget of
 * messages: a second's worth may be saved up. The first event after a pause leaves at once; more
 * of them leave every 20 ms. Under a flood the newest events go out and each subscriber is told
 * by a `gap` what it skipped.
 */
export class FanOut<S extends Subscriber, E> {
  readonly #options: FanOutOptions<S, E>;
  readonly #progress = new WeakMap<S, Progress>();
  readonly #budget: Budget;
  #pending: Numbered<E>[] = [];
  /** First and last `seq` that `#pending` had no room for. */
  #overflow: { from: number; to: number } | null = null;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #scheduled = false;

  constructor(options: FanOutOptions<S, E>) {
    this.#options = options;
    const perSecond = options.deliveriesPerSecond ?? DELIVERIES_PER_SECOND;
    this.#budget = new Budget(perSecond, options.now);
  }

  publish(event: Numbered<E>): void {
    this.#pending.push(event);
    if (this.#pending.length > MAX_PENDING) {
      const dropped = this.#pending.shift();
      if (dropped) this.#overflow = { from: this.#overflow?.from ?? dropped.seq, to: dropped.seq };
    }
    if (this.#scheduled) return;
    const wait = this.#lastFlush + TICK_MS - this.#options.now();
    if (wait <= 0) this.#flush();
    else this.#flushAfter(wait);
  }

  /**
   * Tells all sockets something that is no part of the log.
   * @returns false when there was no budget for it: nobody was told.
   */
  announce(event: Numbered<E>): boolean {
    const { sockets, wants, attached } = this.#options;
    const listeners = sockets().filter((socket) => wants?.(socket, event) ?? true);
    if (this.#budget.left < listeners.length) return false;
    const wires = this.#wires([event], null);
    for (const socket of listeners) this.#write(socket, wires(attached(socket).frame).frames);
    this.#budget.spend(listeners.length);
    return true;
  }

  /**
   * Brings a new socket up to date: it reads the log from `since` on, a piece at a time, or
   * hears only what is published from now on.
   */
  welcome(socket: S, since: number | undefined, latest: number): void {
    const cursor = Math.min(since ?? latest, latest);
    const progress = { cursor, unacknowledged: [], replaying: since !== undefined };
    this.#progress.set(socket, progress);
    if (!progress.replaying) return;
    this.#whenAffordable(() => this.#replay(socket, progress, this.#options.now()));
  }

  /** The subscriber has read everything up to `seq`. */
  acknowledge(socket: S, seq: number): void {
    const progress = this.#progress.get(socket);
    if (!progress) return;
    progress.unacknowledged = progress.unacknowledged.filter((sent) => sent > seq);
  }

  /** Sends a piece of the log, then the next one when there is budget for it. */
  #replay(socket: S, progress: Progress, since: number): void {
    const { replay, later, now, attached } = this.#options;
    const again = (from: number) =>
      later(() => {
        if (this.#options.sockets().includes(socket)) this.#replay(socket, progress, from);
      }, TICK_MS);
    if (attached(socket).ack && progress.unacknowledged.length >= MAX_UNACKNOWLEDGED / 2) {
      if (now() - since > REPLAY_PATIENCE_MS) this.#letGo(socket);
      else again(since);
      return;
    }
    const { events, gap, more } = replay(progress.cursor);
    this.#budget.spend(events.length);
    const wanted = events.filter((event) => this.#options.wants?.(socket, event) ?? true);
    const wires = this.#wires(wanted, gap);
    this.#deliver(socket, wanted, gap, wires(attached(socket).frame));
    progress.cursor = events.at(-1)?.seq ?? Math.max(progress.cursor, gap?.to ?? 0);
    if (!more) progress.replaying = false;
    else this.#whenAffordable(() => again(now()));
  }

  /** Others come first: a replay goes on once half of the budget is there again. */
  #whenAffordable(work: () => void): void {
    const wait = this.#budget.waitFor(this.#budget.perSecond / 2);
    if (wait === 0) work();
    else this.#options.later(() => this.#whenAffordable(work), wait);
  }

  #encoder(frame: string): FrameEncoder<E> {
    const encode = this.#options.frames[frame];
    if (!encode) throw new Error(`No encoder for frame ${frame}`);
    return encode;
  }

  /** Encodes once per wire, and only for wires that somebody listens on. */
  #wires(events: Numbered<E>[], gap: Gap | null): (frame: string) => Wire {
    const encoded = new Map<string, Wire>();
    return (frame) => {
      const known = encoded.get(frame);
      if (known) return known;
      const encode = this.#encoder(frame);
      const wire = { gap: gap && encode(gap), frames: events.map((event) => encode(event)) };
      encoded.set(frame, wire);
      return wire;
    };
  }

  #flushAfter(ms: number): void {
    this.#scheduled = true;
    this.#options.later(() => {
      this.#scheduled = false;
      this.#flush();
    }, ms);
  }

  #flush(): void {
    const { now, sockets, attached, wants } = this.#options;
    this.#lastFlush = now();
    const listeners = sockets();
    // One message for each is the least that can be sent.
    const wait = this.#budget.waitFor(listeners.length);
    if (wait > 0) {
      this.#flushAfter(wait);
      return;
    }
    const pending = this.#pending;
    const overflow = this.#overflow;
    this.#pending = [];
    this.#overflow = null;
    if (listeners.length === 0) return;
    const quota = Math.max(1, Math.floor(this.#budget.left / listeners.length));
    const sent = pending.slice(-quota);
    const first = sent[0];
    if (!first) return;
    const skippedFrom = overflow?.from ?? pending[0]?.seq ?? first.seq;
    const gap: Gap | null =
      skippedFrom < first.seq ? { type: "gap", from: skippedFrom, to: first.seq - 1 } : null;
    const wires = this.#wires(sent, gap);
    for (const socket of listeners) {
      const progress = this.#progressOf(socket);
      // It reads these from the log.
      if (progress.replaying) continue;
      const { frames, gap: hole } = wires(attached(socket).frame);
      const indexes = sent.flatMap((event, index) =>
        event.seq > progress.cursor && (wants?.(socket, event) ?? true) ? [index] : [],
      );
      const events = indexes.flatMap((index) => sent[index] ?? []);
      const wire = { gap: hole, frames: indexes.map((index) => frames[index] ?? "") };
      this.#deliver(socket, events, gap, wire);
    }
    this.#budget.spend(sent.length * listeners.length);
  }

  #deliver(socket: S, events: Numbered<E>[], gap: Gap | null, wire: Wire): void {
    const progress = this.#progressOf(socket);
    const { ack, batch } = this.#options.attached(socket);
    const frames = gap && wire.gap !== null && progress.cursor < gap.to ? [wire.gap] : [];
    const last = events.at(-1);
    if (ack && progress.unacknowledged.length + events.length > MAX_UNACKNOWLEDGED) {
      const room = MAX_UNACKNOWLEDGED - progress.unacknowledged.length;
      this.#write(socket, [...frames, ...wire.frames.slice(0, room)]);
      this.#letGo(socket);
      return;
    }
    if (batch) this.#writeArray(socket, [...frames, ...wire.frames], events);
    else this.#write(socket, [...frames, ...wire.frames]);
    if (last) progress.cursor = last.seq;
    if (ack) progress.unacknowledged.push(...events.map(({ seq }) => seq));
  }

  #letGo(socket: S): void {
    socket.close(TRY_AGAIN_LATER, `${MAX_UNACKNOWLEDGED} messages were not acknowledged`);
  }

  /** One message; when it would grow too long, the newest of it with a gap before them. */
  #writeArray(socket: S, frames: string[], events: Numbered<E>[]): void {
    if (frames.length === 0) return;
    let from = frames.length;
    for (let length = 0; from > 0; from -= 1) {
      length += frames[from - 1]?.length ?? 0;
      if (length > MAX_BATCH_LENGTH && from < frames.length) break;
    }
    const kept = frames.slice(from);
    const firstKept = events.at(-kept.length);
    const [oldest] = events;
    if (from > 0 && oldest && firstKept) {
      const gap: Gap = { type: "gap", from: oldest.seq, to: firstKept.seq - 1 };
      kept.unshift(this.#encoder(this.#options.attached(socket).frame)(gap));
    }
    this.#write(socket, [`[${kept.join(",")}]`]);
  }

  #write(socket: S, frames: string[]): void {
    try {
      for (const frame of frames) socket.send(frame);
    } catch {
      // A socket that is closing takes no more; its close event cleans up.
    }
  }

  #progressOf(socket: S): Progress {
    const known = this.#progress.get(socket);
    if (known) return known;
    const progress = { cursor: 0, unacknowledged: [], replaying: false };
    this.#progress.set(socket, progress);
    return progress;
  }
}
