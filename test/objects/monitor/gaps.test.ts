import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../../src/domain/monitor/due.ts";
import { PASSED, START, World } from "../../support/shard-world.ts";

const at = (minutes: number) => START + minutes * MINUTE_MS;
const gapsOf = (world: World, id: number) =>
  world.reader.gaps(id, { oldest: START, youngest: world.now });

describe("a minute that did not come", () => {
  it("is noticed by the next one that does, and is neither up nor down", async () => {
    const world = new World();
    const { id } = world.add();
    await world.ticks(3);
    world.now = at(10);
    await world.ticks(8);
    expect(gapsOf(world, id)).toEqual([{ from: at(3), to: at(10), reason: "missed" }]);
    expect(world.downtimes).toEqual([]);
    const [tally] = world.reader.tally(
      { monitorId: id, oldest: START, youngest: world.now },
      "hour",
    );
    expect(tally?.[1]).toBe(11);
  });

  it("is noticed after the object slept through it", async () => {
    const world = new World();
    const { id } = world.add({ interval: 300 });
    await world.ticks(6);
    world.evict();
    world.now = at(60);
    await world.ticks(15);
    world.evict();
    expect(gapsOf(world, id)).toEqual([{ from: at(10), to: at(56), reason: "missed" }]);
  });

  it("is noted once, however many ask at once", async () => {
    const world = new World();
    const { id } = world.add();
    await world.tick();
    world.now = at(20);
    await Promise.all([world.run(), world.run(), world.run(world.job(world.minute, 1))]);
    expect(gapsOf(world, id)).toEqual([{ from: at(1), to: at(15), reason: "missed" }]);
  });

  it("is told apart by the monitors that it missed", async () => {
    const world = new World();
    const [one, other] = [world.add(), world.add()];
    const planned = await world.shard.due(world.id, {
      minute: world.minute,
      bucket: 0,
      version: 0,
    });
    const own = planned.filter(({ monitorId }) => monitorId === one.id);
    expect(own.length).toBe(1);
    await world.shard.record(
      world.id,
      own.map(({ id, region }) => world.made(id, region, PASSED)),
    );
    world.now = at(1);
    await world.ticks(8);
    expect(gapsOf(world, one.id)).toEqual([]);
    expect(gapsOf(world, other.id)).toEqual([{ from: at(0), to: at(1), reason: "missed" }]);
  });

  it("owes nothing for a monitor that was not there, or paused, or not due", async () => {
    const world = new World();
    world.add();
    await world.ticks(2);
    const slow = world.add({ interval: 3600, changedAt: world.now });
    const paused = world.add({ active: false, changedAt: world.now });
    world.now = at(30);
    await world.tick();
    const late = world.add({ changedAt: world.now - 1 });
    await world.ticks(10);
    for (const { id } of [slow, paused, late]) expect(gapsOf(world, id)).toEqual([]);
  });

  it("is not made up for by a job that comes too late", async () => {
    const world = new World();
    const { id } = world.add();
    const job = world.job();
    world.now = at(5);
    await world.run(job);
    expect(world.reader.checks({ monitorId: id, oldest: 0, youngest: world.now })).toEqual([]);
  });
});

describe("points", () => {
  it("are spent one per check, confirmations too, and once however often it is asked", async () => {
    const world = new World();
    world.points = 100;
    world.add();
    world.add({ phase: 30 });
    await world.run();
    await world.run();
    world.evict();
    await world.ticks(3);
    expect(world.points).toBe(100 - 6);
  });

  it("that are used up stop checks, and the time without is noted as such", async () => {
    const world = new World();
    world.points = 3;
    const { id } = world.add();
    await world.ticks(6);
    expect(world.points).toBe(0);
    expect(world.reader.checks({ monitorId: id, oldest: 0, youngest: world.now }).length).toBe(3);
    world.points = 100;
    world.halted = { from: at(2), to: world.now };
    await world.ticks(10);
    expect(gapsOf(world, id)).toEqual([{ from: at(3), to: at(6), reason: "no_points" }]);
    expect(world.points).toBe(90);
  });

  it("that do not reach for all are shared out, and no check is made unpaid", async () => {
    const world = new World();
    world.points = 2;
    for (let made = 0; made < 5; made += 1) world.add();
    await world.tick();
    const all = world.reader.checks({ monitorId: null, oldest: 0, youngest: world.now });
    expect(all.length).toBe(2);
    expect(world.points).toBe(0);
  });
});

describe("under a minute", () => {
  it("checks are made in their own ten seconds, each by the next region", async () => {
    const world = new World();
    const { id } = world.add({ interval: 30, phase: 15 });
    await world.ticks(2);
    const made = world.reader.checks({ monitorId: id, oldest: 0, youngest: world.now });
    expect(made.map((check) => (check.at - START) / 1000)).toEqual([10, 40, 70, 100]);
    expect(made.map(({ checker }) => checker)).toEqual([
      made[0]?.checker,
      made[1]?.checker,
      made[0]?.checker,
      made[1]?.checker,
    ]);
    expect(new Set(made.map(({ checker }) => checker)).size).toBe(2);
  });
});
