import { describe, expect, it } from "vitest";
import type { ReportBatch } from "../../src/domain/telemetry/index.ts";
import { Reporter } from "../../src/objects/reporter.ts";

const visit = {
  id: "sess_1",
  profileId: "outrider",
  device: "desktop",
  targetUrl: null,
  proxy: null,
  country: null,
};

/** A reporter whose clock is turned by hand, and a hub that can be out of order. */
function stage() {
  let now = 1_000_000;
  let sleepers: { at: number; wake: () => void }[] = [];
  const batches: ReportBatch[] = [];
  const errors: unknown[] = [];
  const hub = { down: false };
  let work: Promise<void> = Promise.resolve();
  const reporter = new Reporter({
    visit,
    startedAt: 999_000,
    send: async (batch) => {
      batches.push(batch);
      if (hub.down) throw new Error("out of order");
    },
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: now + ms, wake })),
    defer: (drain) => {
      work = drain;
    },
    onError: (error) => errors.push(error),
  });
  return {
    reporter,
    batches,
    errors,
    hub,
    done: () => work,
    pass: async (ms: number) => {
      const until = now + ms;
      for (;;) {
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (!next || next.at > until) break;
        now = next.at;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        next.wake();
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      now = until;
    },
  };
}

const kinds = (batch: ReportBatch | undefined) => batch?.items.map(({ type }) => type);

describe("Reporter", () => {
  it("gathers what comes together, and says first that the visit began", async () => {
    const { reporter, batches, pass } = stage();
    reporter.start();
    reporter.event("navigation", { url: "https://example.com" }, 1_000_000);
    reporter.event("click", { element: "OK button" }, 1_000_001);
    expect(batches).toEqual([]);
    await pass(200);
    expect(batches).toHaveLength(1);
    expect(kinds(batches[0])).toEqual(["start", "event", "event"]);
    reporter.event("click", {}, 1_000_300);
    await pass(200);
    expect(kinds(batches[1])).toEqual(["event"]);
    expect(batches[1]?.id).not.toBe(batches[0]?.id);
  });

  it("repeats a batch under its id until it arrives, in order, ever more slowly", async () => {
    const { reporter, batches, errors, hub, pass } = stage();
    hub.down = true;
    reporter.event("click", { n: 1 }, 1);
    await pass(200);
    reporter.event("click", { n: 2 }, 2);
    await pass(500 + 1000 + 2000);
    expect(batches).toHaveLength(4);
    expect(new Set(batches.map(({ id }) => id)).size).toBe(1);
    expect(errors).toHaveLength(1);
    hub.down = false;
    await pass(4000);
    expect(batches.at(-2)?.id).toBe(batches[0]?.id);
    expect(batches.at(-1)?.items).toMatchObject([{ type: "event", details: '{"n":2}' }]);
  });

  it("holds at most a thousand events, and tells how many it dropped", async () => {
    const { reporter, batches, hub, pass } = stage();
    hub.down = true;
    reporter.start();
    await pass(200);
    for (let n = 1; n <= 1500; n += 1) reporter.event("click", { n }, n);
    hub.down = false;
    await pass(60_000);
    const told = batches.slice(1).flatMap(({ items }) => items);
    expect(told.filter(({ type }) => type === "event")).toHaveLength(1000);
    expect(told.at(-1)).toMatchObject({ details: '{"n":1500}' });
    expect(batches.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(500);
  });

  it("ends with all that the hub needs to know of the visit, and takes nothing afterwards", async () => {
    const { reporter, batches, pass } = stage();
    reporter.end({ success: true, error: null }, 1_014_000);
    reporter.event("click", {}, 1_014_001);
    reporter.end({ success: false, error: "again" }, 1_014_002);
    await pass(200);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.items).toEqual([
      { type: "start", visit, at: 999_000 },
      {
        type: "end",
        visit,
        startedAt: 999_000,
        outcome: { success: true, duration: 15, error: null },
        at: 1_014_000,
      },
    ]);
  });

  it("gives up some time after the end, and lets the object sleep", async () => {
    const { reporter, batches, hub, pass, done } = stage();
    hub.down = true;
    reporter.end({ success: true, error: null }, 1_000_000);
    await pass(600_000);
    await done();
    expect(batches).toHaveLength(6);
  });

  it("says nothing of a visit that came to nothing before it was told of", async () => {
    const { reporter, batches, pass } = stage();
    reporter.start();
    reporter.discard("never opened", 1_000_100);
    await pass(1000);
    expect(batches).toEqual([]);
  });

  it("says that a visit failed that was told of and then came to nothing", async () => {
    const { reporter, batches, pass } = stage();
    reporter.start();
    await pass(300);
    reporter.discard("never opened", 1_000_400);
    await pass(300);
    expect(kinds(batches[0])).toEqual(["start"]);
    expect(batches[1]?.items).toMatchObject([
      { type: "end", outcome: { success: false, error: "never opened" } },
    ]);
  });
});
