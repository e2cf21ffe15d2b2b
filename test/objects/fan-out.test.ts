import { describe, expect, it } from "vitest";
import type { Gap, Numbered } from "../../src/domain/event.ts";
import { FanOut, MAX_UNACKNOWLEDGED, type Piece } from "../../src/objects/fan-out.ts";

interface Told {
  type: "told";
  text: string;
}

class Listener {
  readonly heard: (Numbered<Told> | Gap)[] = [];
  closed: [number, string] | null = null;
  readonly ack: boolean;
  constructor(ack = false) {
    this.ack = ack;
  }
  send(frame: string): void {
    this.heard.push(JSON.parse(frame) as Numbered<Told> | Gap);
  }
  close(code: number, reason: string): void {
    this.closed = [code, reason];
  }
  get seqs(): number[] {
    return this.heard.flatMap((event) => ("seq" in event ? [event.seq] : []));
  }
}

function stage(
  listeners: Listener[],
  deliveriesPerSecond?: number,
  replay: (since: number) => Piece<Told> = () => ({ events: [], gap: null }),
) {
  let now = 1_000_000;
  let timers: { at: number; work: () => void }[] = [];
  const fanOut = new FanOut<Listener, Told>({
    sockets: () => listeners.filter((listener) => !listener.closed),
    attached: (listener) => ({ frame: "plain", ack: listener.ack }),
    replay,
    frames: { plain: (event) => JSON.stringify(event) },
    later: (work, ms) => timers.push({ at: now + ms, work }),
    now: () => now,
    ...(deliveriesPerSecond !== undefined && { deliveriesPerSecond }),
  });
  const event = (seq: number): Numbered<Told> => ({ type: "told", text: `${seq}`, seq, at: now });
  return {
    fanOut,
    event,
    pass: (ms: number) => {
      now += ms;
      const due = timers.filter((timer) => timer.at <= now);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.work();
    },
  };
}

describe("FanOut", () => {
  it("sends the first event at once and those that follow with the next tick", () => {
    const listener = new Listener();
    const { fanOut, event, pass } = stage([listener]);
    fanOut.publish(event(1));
    expect(listener.seqs).toEqual([1]);
    fanOut.publish(event(2));
    fanOut.publish(event(3));
    expect(listener.seqs).toEqual([1]);
    pass(20);
    expect(listener.seqs).toEqual([1, 2, 3]);
  });

  it("sends nothing twice to a newcomer whose replay held what still waits", () => {
    const early = new Listener();
    const late = new Listener();
    const listeners = [early];
    const { fanOut, event, pass } = stage(listeners, undefined, () => ({
      events: [event(1), event(2)],
      gap: null,
    }));
    fanOut.publish(event(1));
    fanOut.publish(event(2));
    listeners.push(late);
    fanOut.welcome(late, 0, 2);
    fanOut.publish(event(3));
    pass(20);
    expect(late.seqs).toEqual([1, 2, 3]);
    expect(early.seqs).toEqual([1, 2, 3]);
  });

  it("under a flood sends the newest and tells what it skipped", () => {
    const listeners = [new Listener(), new Listener()];
    const { fanOut, event, pass } = stage(listeners, 1000);
    fanOut.publish(event(1));
    for (let seq = 2; seq <= 5000; seq += 1) fanOut.publish(event(seq));
    pass(20);
    for (const listener of listeners) {
      // Of a second's 1,000 messages two are gone: 998 and 20 ms' worth over two sockets.
      expect(listener.seqs).toEqual([1, ...Array.from({ length: 500 }, (_, i) => 4501 + i)]);
      expect(listener.heard[1]).toEqual({ type: "gap", from: 2, to: 4500 });
    }
    for (const listener of listeners) listener.heard.length = 0;
    for (let seq = 5001; seq <= 6000; seq += 1) fanOut.publish(event(seq));
    pass(20);
    // Nothing is saved up any more: 20 ms of 1,000 a second over two sockets.
    expect(listeners[0]?.seqs).toEqual(Array.from({ length: 10 }, (_, i) => 5991 + i));
    expect(listeners[0]?.heard[0]).toEqual({ type: "gap", from: 5001, to: 5990 });
  });

  it("sends nothing while its budget does not reach all, and then the newest", () => {
    const listeners = Array.from({ length: 100 }, () => new Listener());
    const { fanOut, event, pass } = stage(listeners, 1000);
    for (let seq = 1; seq <= 11; seq += 1) {
      fanOut.publish(event(seq));
      pass(20);
    }
    // 220 ms: a second's worth was saved up, and 200 came meanwhile.
    const sent = () => listeners.reduce((sum, { seqs }) => sum + seqs.length, 0);
    expect(sent()).toBeLessThanOrEqual(1220);
    for (let seq = 12; seq <= 500; seq += 1) {
      fanOut.publish(event(seq));
      pass(2);
    }
    expect(sent()).toBeLessThanOrEqual(1000 + 1220);
    for (let times = 0; times < 20; times += 1) pass(20);
    for (const { heard, seqs } of listeners) {
      expect(seqs.at(-1)).toBe(500);
      // Nothing is missing that no gap tells of.
      let next = 1;
      for (const told of heard) {
        expect("seq" in told ? told.seq : told.from).toBe(next);
        next = ("seq" in told ? told.seq : told.to) + 1;
      }
    }
  });

  it("lets replays wait for their turn, however many ask", () => {
    const listeners = Array.from({ length: 50 }, () => new Listener());
    const log = Array.from({ length: 100 }, (_, index) => index + 1);
    const { fanOut, event, pass } = stage(listeners, 1000, (since) => ({
      events: log.filter((seq) => seq > since).map(event),
      gap: null,
    }));
    for (const listener of listeners) fanOut.welcome(listener, 0, 100);
    const sent = () => listeners.reduce((sum, { seqs }) => sum + seqs.length, 0);
    expect(sent()).toBeLessThanOrEqual(1000);
    for (let times = 0; times < 60; times += 1) pass(100);
    for (const { seqs } of listeners) expect(seqs).toEqual(log);
  });

  it("announces to all or to nobody", () => {
    const listeners = [new Listener(), new Listener(), new Listener()];
    const { fanOut, event, pass } = stage(listeners, 4);
    expect(fanOut.announce(event(1))).toBe(true);
    expect(fanOut.announce(event(2))).toBe(false);
    expect(listeners.map(({ seqs }) => seqs)).toEqual([[1], [1], [1]]);
    pass(1000);
    expect(fanOut.announce(event(3))).toBe(true);
  });

  it("lets a subscriber go that acknowledges nothing, and keeps one that does", () => {
    const silent = new Listener(true);
    const faithful = new Listener(true);
    const { fanOut, event, pass } = stage([silent, faithful]);
    for (let seq = 1; seq <= MAX_UNACKNOWLEDGED + 1; seq += 1) {
      fanOut.publish(event(seq));
      pass(20);
      fanOut.acknowledge(faithful, seq);
    }
    expect(silent.closed?.[0]).toBe(1013);
    expect(silent.seqs).toHaveLength(MAX_UNACKNOWLEDGED);
    expect(faithful.closed).toBeNull();
    expect(faithful.seqs).toHaveLength(MAX_UNACKNOWLEDGED + 1);
  });
});
