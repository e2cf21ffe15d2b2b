/** Many WebSocket subscribers in this process, counting what reaches them and how late. */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";

/** What one run brought to all subscribers together. */
export interface Heard {
  /** Ticks that arrived. */
  delivered: number;
  /** Messages that `gap` announced as skipped. */
  skipped: number;
  /** From the page's tick to each arrival, milliseconds. */
  latencies: number[];
  /** From the first arrival to the last, milliseconds. */
  span: number;
}

/** After so long without a message nothing more comes. */
const SILENCE_MS = 1500;

export class Subscribers {
  readonly #sockets: WebSocket[];
  #heard: Heard = nothing();
  #first = 0;
  #last = 0;

  private constructor(sockets: WebSocket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) {
      socket.on("message", (data: Buffer) => this.#hear(data.toString()));
    }
  }

  static async open(
    count: number,
    url: string,
    headers: Record<string, string> = {},
  ): Promise<Subscribers> {
    const sockets = Array.from(
      { length: count },
      () => new WebSocket(url, { headers, perMessageDeflate: false }),
    );
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    return new Subscribers(sockets);
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
    const message = JSON.parse(text) as { type: string; url?: string; from?: number; to?: number };
    if (message.type === "gap") {
      this.#heard.skipped += (message.to ?? 0) - (message.from ?? 0) + 1;
    }
    const at = /\/tick\?.*\bat=(\d+)/.exec(message.url ?? "")?.[1];
    if (at === undefined) return;
    if (this.#last === 0) this.#first = now;
    this.#last = now;
    this.#heard.delivered += 1;
    this.#heard.latencies.push(now - Number(at));
  }
}

function nothing(): Heard {
  return { delivered: 0, skipped: 0, latencies: [], span: 0 };
}
