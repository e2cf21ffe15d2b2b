import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../../src/domain/monitor/due.ts";
import { START, World } from "../../support/shard-world.ts";

const PUSH = { kind: "push", url: null, host: null, interval: 120 } as const;

async function pushWorld() {
  const world = new World();
  const { id } = world.add(PUSH);
  await world.shard.head.sync(world.id, world.version);
  const signal = () => world.shard.signal(world.reader.item(id));
  const checks = () => world.reader.checks({ monitorId: id, oldest: 0, youngest: world.now });
  return { world, id, signal, checks };
}

describe("a push monitor", () => {
  it("gives no alarm before its first signal", async () => {
    const { world, id, checks } = await pushWorld();
    await world.ticks(20);
    expect(checks()).toEqual([]);
    expect(world.alerts).toEqual([]);
    expect(world.reader.glance([id])).toMatchObject([{ state: "pending" }]);
  });

  it("is down once a signal is overdue, and up with the next one", async () => {
    const { world, id, signal, checks } = await pushWorld();
    await signal();
    expect(world.reader.glance([id])).toMatchObject([{ state: "up" }]);
    await world.ticks(2);
    expect(world.alerts).toEqual([]);
    await world.ticks(2);
    expect(world.alerts).toEqual([`down ${id}`]);
    expect(world.reader.glance([id])).toMatchObject([{ state: "down" }]);
    await signal();
    expect(world.alerts).toEqual([`down ${id}`, `up ${id}`]);
    expect(checks()).toMatchObject([
      { passed: true, via: "signal", checker: "push", error: null },
      { passed: false, via: "signal", error: { kind: "overdue" } },
      { passed: true, via: "signal" },
    ]);
  });

  it("costs no points, and is recorded seldom however often it signals", async () => {
    const { world, signal, checks } = await pushWorld();
    const before = world.tables.rowsWritten;
    for (let second = 0; second < 120; second += 1) {
      world.now = START + second * 1000;
      await signal();
    }
    expect(checks().length).toBe(4);
    expect(world.tables.rowsWritten - before).toBeLessThan(30);
    expect(world.points).toBe(1_000_000);
  });

  it("is not called overdue by an object that slept", async () => {
    const { world, signal } = await pushWorld();
    for (let tick = 0; tick < 30; tick += 1) {
      world.now = Math.max(world.now, START + tick * MINUTE_MS);
      await signal();
      world.evict();
      await world.tick();
    }
    expect(world.alerts).toEqual([]);
  });

  it("that was paused is waited for anew", async () => {
    const { world, id, signal } = await pushWorld();
    await signal();
    world.change(id, { active: false });
    await world.ticks(30);
    world.change(id, { active: true });
    await world.ticks(2);
    expect(world.alerts).toEqual([]);
    await world.ticks(2);
    expect(world.alerts).toEqual([`down ${id}`]);
  });
});
