/** Many WebSocket subscribers in this process, counting what reaches them and how late. */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import { percentile } from "./statistics.ts";

/** A message as it arrives. */
export interface Told {
  type: string;
  [field: string]: unknown;
}

/** Events left out, as a `gap` message announces them. */
export interface Gap {
  from: number;
  to: number;
}

/** What one run brought to all subscribers together. */
export interface Heard {
  /** Events that arrived. */
  delivered: number;
  /** Events that `gap` announced as skipped. */
  skipped: number;
  /** The last hole that was announced. */
  gap: Gap | undefined;
  /** From an event's making to each arrival, milliseconds. */
  latencies: number[];
  /** From the first arrival to the last, milliseconds. */
  span: number;
}

/** After so long without a message nothing more comes. */
const SILENCE_MS = 1500;

export class Subscribers {
  readonly #sockets: WebSocket[];
  readonly #madeAt: (message: Told) => number | undefined;
  #heard: Heard = nothing();
  #first = 0;
  #last = 0;

  private constructor(sockets: WebSocket[], madeAt: (message: Told) => number | undefined) {
    this.#sockets = sockets;
    this.#madeAt = madeAt;
    for (const socket of sockets) {
      socket.on("message", (data: Buffer) => this.#hear(data.toString()));
    }
  }

  /** @param madeAt when the event that a message tells was made; undefined when it tells none. */
  static async open(
    count: number,
    url: string,
    madeAt: (message: Told) => number | undefined,
    headers: Record<string, string> = {},
  ): Promise<Subscribers> {
    const sockets = Array.from(
      { length: count },
      () => new WebSocket(url, { headers, perMessageDeflate: false }),
    );
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    return new Subscribers(sockets, madeAt);
  }

  /** Runs `start` and listens until all of `expected` arrived, or nothing more does. */
  async listen(expected: number, start: () => Promise<unknown>): Promise<Heard> {
    this.#heard = nothing();
    this.#last = 0;
    await start();
    const began = Date.now();
    while (this.#heard.delivered + this.#heard.skipped < expected) {
      await wait(50);
      if (Date.now() - Math.max(this.#last, began) > SILENCE_MS) break;
    }
    return { ...this.#heard, span: this.#last - this.#first };
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #hear(text: string): void {
    const now = Date.now();
    const message = JSON.parse(text) as Told;
    if (message.type === "gap") {
      const gap = { from: Number(message["from"]), to: Number(message["to"]) };
      this.#heard.skipped += gap.to - gap.from + 1;
      this.#heard.gap = gap;
    }
    const at = this.#madeAt(message);
    if (at === undefined) return;
    if (this.#last === 0) this.#first = now;
    this.#last = now;
    this.#heard.delivered += 1;
    this.#heard.latencies.push(now - at);
  }
}

function nothing(): Heard {
  return { delivered: 0, skipped: 0, gap: undefined, latencies: [], span: 0 };
}

/** Several runs together. */
export function figuresOf(runs: Heard[]) {
  const latencies = runs.flatMap((one) => one.latencies);
  const sum = (of: (one: Heard) => number): number => runs.reduce((all, one) => all + of(one), 0);
  return {
    delivered: sum((one) => one.delivered),
    skipped: sum((one) => one.skipped),
    span: sum((one) => one.span),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}
