import { describe, expect, it } from "vitest";
import { type ReportBatch, newBatchId } from "../../src/domain/telemetry/index.ts";
import { type Report, Reporter } from "../../src/objects/reporter.ts";

/** A report that tells numbers, ten at a time. */
class Numbers implements Report {
  last = 0;
  #told = 0;
  #sending: { id: string; to: number } | null = null;

  next(): ReportBatch | null {
    if (!this.#sending && this.#told === this.last) return null;
    this.#sending ??= { id: newBatchId(1), to: Math.min(this.last, this.#told + 10) };
    const { id, to } = this.#sending;
    const numbers = Array.from({ length: to - this.#told }, (_, index) => this.#told + index + 1);
    const items = numbers.map(
      (at) => ({ type: "event", visitId: "v", kind: "click", details: "{}", at }) as const,
    );
    return { id, items, dropped: 0 };
  }

  sent(): void {
    this.#told = this.#sending?.to ?? this.#told;
    this.#sending = null;
  }
}

/** A reporter whose clock is turned by hand, and a hub that can be out of order. */
function stage() {
  let now = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  const batches: ReportBatch[] = [];
  const errors: unknown[] = [];
  const deferred: Promise<unknown>[] = [];
  const hub = { down: false };
  const report = new Numbers();
  const reporter = new Reporter({
    report,
    send: async (batch) => {
      batches.push(batch);
      if (hub.down) throw new Error("out of order");
    },
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + ms, wake });
      }),
    defer: (work) => {
      deferred.push(work);
    },
    onError: (error) => {
      errors.push(error);
    },
  });
  return {
    report,
    reporter,
    batches,
    errors,
    hub,
    deferred,
    tell: (count: number) => {
      report.last += count;
      reporter.wake();
    },
    numbers: () => batches.flatMap(({ items }) => items.map(({ at }) => at)),
    pass: async (ms: number) => {
      const until = now + ms;
      for (;;) {
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (!next || next.at > until) break;
        now = next.at;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        next.wake();
        await new Promise((resolve) => {
          setTimeout(resolve, 0);
        });
      }
      now = until;
    },
  };
}

describe("Reporter", () => {
  it("gathers what comes together, and answers nobody late", async () => {
    const { batches, deferred, pass, tell } = stage();
    tell(2);
    tell(1);
    expect(batches).toEqual([]);
    expect(deferred).toHaveLength(1);
    await pass(200);
    expect(batches.map(({ items }) => items.length)).toEqual([3]);
    tell(1);
    await pass(200);
    expect(batches.map(({ items }) => items.length)).toEqual([3, 1]);
    expect(batches[0]?.id).not.toBe(batches[1]?.id);
  });

  it("sends what is more than a batch in order, one after another", async () => {
    const { numbers, batches, pass, tell } = stage();
    tell(35);
    await pass(200);
    expect(batches).toHaveLength(4);
    expect(numbers()).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
  });

  it("repeats a batch under its id until it arrives, ever more slowly", async () => {
    const { batches, errors, hub, pass, tell } = stage();
    hub.down = true;
    tell(1);
    await pass(200);
    tell(1);
    await pass(500 + 1000 + 2000);
    expect(batches).toHaveLength(4);
    expect(new Set(batches.map(({ id }) => id)).size).toBe(1);
    expect(errors).toHaveLength(1);
    hub.down = false;
    await pass(4000);
    expect(batches.slice(-2).map(({ items }) => items.map(({ at }) => at))).toEqual([[1], [2]]);
  });

  it("rests after some tries with everything still owed, and goes on when it is woken", async () => {
    const { reporter, batches, hub, pass, tell } = stage();
    hub.down = true;
    tell(5);
    const told = reporter.flush();
    await pass(600_000);
    expect(await told).toBe(false);
    expect(batches).toHaveLength(6);
    hub.down = false;
    const again = reporter.flush();
    await pass(200);
    expect(await again).toBe(true);
    expect(batches.at(-1)).toEqual(batches[0]);
  });

  it("says nothing when there is nothing to say", async () => {
    const { reporter, batches, pass } = stage();
    const told = reporter.flush();
    await pass(200);
    expect(await told).toBe(true);
    expect(batches).toEqual([]);
  });
});
