import { describe, expect, it } from "vitest";
import { HOUR_MS, hourOf, MINUTE_MS } from "../../../src/domain/monitor/due.ts";
import { PASSED, REFUSED, START, World } from "../../support/shard-world.ts";

const HOUR = hourOf(START);

describe("an hour that is over", () => {
  it("is told to the catalogue per monitor and checker, and billed by kind", async () => {
    const world = new World();
    const plain = world.add();
    const worded = world.add({ word: "welcome", interval: 300 });
    await world.ticks(90);
    expect([...world.hours.keys()]).toEqual([HOUR]);
    const { stats, units } = world.hours.get(HOUR) ?? { stats: [], units: [] };
    const sums = stats.filter(({ monitorId }) => monitorId === plain.id);
    expect(sums.map(({ checker, checks, passed }) => [checker, checks, passed]).toSorted()).toEqual(
      [
        ["enam", 30, 30],
        ["weur", 30, 30],
      ],
    );
    expect(sums[0]).toMatchObject({ from: START, to: START + HOUR_MS - 1, documentLength: 30_000 });
    expect(sums[0]?.timings.total).toBeCloseTo(30 * PASSED.timings.total, 6);
    expect(units.toSorted((a, b) => a.units - b.units)).toMatchObject([
      { kind: "content", units: 12 },
      { kind: "uptime", units: 60 },
    ]);
    const open = world.reader.openStats(plain.id, HOUR);
    expect(open.rows.reduce((sum, { checks }) => sum + checks, 0)).toBe(30);
    const read = world.reader.checks({ monitorId: worded.id, oldest: START, youngest: world.now });
    expect(read.length).toBe(18);
    expect(new Set(read.map(({ word }) => word))).toEqual(new Set(["welcome"]));
  });

  it("reads the same after it was packed as before", async () => {
    const world = new World();
    const ids = [world.add(), world.add({ interval: 30 })].map(({ id }) => id);
    world.target = (_request, region, at) => (region === "weur" && at % 7 < 2 ? REFUSED : PASSED);
    await world.ticks(58);
    const range = { monitorId: null, oldest: START, youngest: START + HOUR_MS - 1 };
    await world.ticks(2);
    const before = world.reader.checks(range);
    const tally = world.reader.tally(range, "minute");
    await world.ticks(30);
    expect(world.tables.totals(HOUR, HOUR)).toMatchObject([{ checks: before.length }]);
    world.evict();
    expect(world.reader.checks(range)).toEqual(before);
    expect(world.reader.tally(range, "minute")).toEqual(tally);
    expect(world.reader.tally(range, "hour")).toEqual([[HOUR, before.length]]);
    const own = before.filter(({ monitorId }) => monitorId === ids[0]);
    expect(world.reader.checks({ ...range, monitorId: ids[0] ?? 0 })).toEqual(own);
    expect(world.reader.glance(ids).map(({ lastCheck }) => lastCheck?.at)).toEqual([
      START + 89 * MINUTE_MS,
      START + 89 * MINUTE_MS + 30_000,
    ]);
  });

  it("is told again when the catalogue did not take it, and then once", async () => {
    const world = new World();
    world.add({ interval: 300 });
    await world.ticks(60);
    world.broken = true;
    world.now = START + HOUR_MS + 30 * MINUTE_MS;
    await expect(world.shard.hours.close()).rejects.toThrow("cannot be reached");
    world.broken = false;
    world.evict();
    await world.shard.hours.close();
    await world.shard.hours.close();
    expect(world.hours.get(HOUR)?.units).toMatchObject([{ kind: "uptime", units: 12 }]);
    expect(world.tables.minuteCounts(0, 1e9)).toEqual([]);
  });

  it("takes no more checks", async () => {
    const world = new World();
    const { id } = world.add();
    await world.ticks(60);
    const planned = await world.shard.due(world.id, {
      minute: world.minute,
      bucket: 0,
      version: world.version,
    });
    world.now = START + 2 * HOUR_MS + 30 * MINUTE_MS;
    await world.shard.hours.close();
    const late = planned.map((check) =>
      world.made(check.id, check.region, REFUSED, START + HOUR_MS),
    );
    expect((await world.shard.record(world.id, late)).recorded).toEqual([]);
    expect(world.reader.glance([id])).toMatchObject([{ state: "up" }]);
  });
});

describe("raw checks", () => {
  it("are kept for 30 days", async () => {
    const world = new World();
    const { id } = world.add({ interval: 86_400, phase: (START / 1000) % 86_400 });
    for (let day = 0; day < 40; day += 1) {
      world.now = START + day * 24 * HOUR_MS;
      await world.tick();
      await world.ring(world.now + 2 * HOUR_MS);
    }
    const kept = world.reader.checks({ monitorId: id, oldest: 0, youngest: world.now });
    const oldest = kept[0]?.at ?? 0;
    expect(world.now - oldest).toBeGreaterThanOrEqual(30 * 24 * HOUR_MS - HOUR_MS);
    expect(world.now - oldest).toBeLessThanOrEqual(32 * 24 * HOUR_MS);
    expect(kept.length).toBeGreaterThanOrEqual(30);
    expect(kept.length).toBeLessThanOrEqual(32);
  });

  it("of a deleted monitor are gone at once, and still billed", async () => {
    const world = new World();
    const [gone, kept] = [world.add(), world.add()];
    await world.ticks(70);
    world.remove(gone.id);
    await world.tick();
    const range = { monitorId: null, oldest: START, youngest: world.now };
    const all = world.reader.checks(range);
    expect(new Set(all.map(({ monitorId }) => monitorId))).toEqual(new Set([kept.id]));
    const sum = world.reader.tally(range, "hour").reduce((total, [, checks]) => total + checks, 0);
    expect(sum).toBe(all.length);
    await world.ticks(70);
    const second = world.hours.get(HOUR + 1);
    expect(second?.units).toMatchObject([{ units: 70 }]);
    expect(second?.stats.every(({ monitorId }) => monitorId === kept.id)).toBe(true);
  });
});

describe("a certificate", () => {
  it("is read every six hours, and its end is warned of once", async () => {
    const world = new World();
    const { id } = world.add({ interval: 3600, certificateDays: 14 });
    let reads = 0;
    const endsAt = START + 15 * 24 * HOUR_MS;
    world.target = ({ certificate }) => {
      if (certificate) reads += 1;
      return { ...PASSED, certificateExpires: certificate ? endsAt : null };
    };
    for (let hour = 0; hour < 48; hour += 1) {
      world.now = START + hour * HOUR_MS;
      await world.tick();
      if (hour === 20) expect(world.warnings).toEqual([]);
    }
    expect(reads).toBe(8);
    expect(world.warnings).toEqual([{ monitorId: id, endsAt }]);
    expect(world.reader.glance([id])).toMatchObject([{ certificateExpires: endsAt }]);
  });
});
