import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../../src/domain/monitor/due.ts";
import { REFUSED, START, type Target, World } from "../../support/shard-world.ts";

/** Down for everybody from a time on, until another. */
const outage =
  (from: number, to = Number.POSITIVE_INFINITY): Target =>
  (_request, _region, at) =>
    at >= from && at < to ? REFUSED : { ...REFUSED, passed: true, code: 200, error: null };

describe("a first failure", () => {
  it.each([
    [10, 2],
    [5, 3],
  ] as const)(
    "is confirmed at once: sensitivity %i takes %i checks",
    async (sensitivity, checks) => {
      const world = new World();
      const { id } = world.add({ sensitivity });
      world.target = outage(START);
      await world.tick();
      const made = world.reader.checks({
        monitorId: id,
        oldest: START,
        youngest: START + MINUTE_MS,
      });
      expect(made.length).toBe(checks);
      expect(new Set(made.map(({ checker }) => checker)).size).toBe(2);
      const [first] = made;
      expect(world.downtimes).toMatchObject([
        { monitorId: id, openedAt: START, checkId: first?.id, checker: first?.checker, end: null },
      ]);
      expect(world.reader.glance([id])).toMatchObject([{ state: "down", downSince: START }]);
    },
  );

  it("that no other region sees is forgotten", async () => {
    const world = new World();
    const { id } = world.add();
    world.target = (_request, region) =>
      region === "enam" ? REFUSED : { ...REFUSED, passed: true, code: 200, error: null };
    await world.ticks(10);
    expect(world.downtimes).toEqual([]);
    expect(world.reader.glance([id])).toMatchObject([{ state: "up", downSince: null }]);
  });

  it("is confirmed by the only region there is, by the same counts", async () => {
    const world = new World({ regions: ["enam"] });
    const { id } = world.add({ sensitivity: 5 });
    world.target = outage(START);
    await world.tick();
    const made = world.reader.checks({ monitorId: id, oldest: START, youngest: START + MINUTE_MS });
    expect(made.map(({ checker }) => checker)).toEqual(["enam", "enam", "enam"]);
    expect(world.downtimes.length).toBe(1);
  });

  it("is confirmed at once also when many fail together", async () => {
    const world = new World();
    for (let made = 0; made < 60; made += 1) world.add();
    world.target = outage(START);
    await world.run();
    expect(world.downtimes.length).toBe(60);
    expect(world.points).toBe(1_000_000 - 180);
  });

  it("is confirmed later when nobody came back from the other region", async () => {
    const world = new World();
    const { id } = world.add({ interval: 3600 });
    world.target = outage(START);
    const planned = await world.shard.due(world.id, {
      minute: world.minute,
      bucket: 0,
      version: 0,
    });
    const made = planned.map((check) => world.made(check.id, check.region, REFUSED));
    const { confirm } = await world.shard.record(world.id, made);
    expect(confirm.map(({ region }) => region).toSorted()).toEqual(["enam", "weur"]);
    // Whoever was to make them died; and so did the object.
    world.evict();
    expect(world.reader.glance([id])).toMatchObject([{ state: "suspect" }]);
    expect(world.shard.nextAlarm).toBe(START + MINUTE_MS);
    await world.ring(START + MINUTE_MS);
    expect(world.downtimes).toMatchObject([{ monitorId: id, openedAt: START }]);
  });
});

describe("a downtime", () => {
  it("opens once and closes once, by two checkers, and each is told once", async () => {
    const world = new World();
    const { id } = world.add();
    world.target = outage(START + 2 * MINUTE_MS, START + 7 * MINUTE_MS);
    await world.ticks(12);
    expect(world.alerts).toEqual([`down ${id}`, `up ${id}`]);
    expect(world.downtimes).toMatchObject([
      {
        openedAt: START + 2 * MINUTE_MS,
        closedAt: START + 7 * MINUTE_MS,
        end: "recovered",
      },
    ]);
    const [{ closingCheckId } = { closingCheckId: 0 }] = world.downtimes;
    const closing = world.reader
      .checks({ monitorId: id, oldest: START, youngest: world.now })
      .find((check) => check.id === closingCheckId);
    expect(closing).toMatchObject({ passed: true });
    const kinds = [...world.told.values()].flatMap(({ items }) => items);
    expect(kinds).toMatchObject([
      { type: "event", visitId: `monitor_${id}`, kind: "downtime_opened" },
      { type: "event", visitId: `monitor_${id}`, kind: "downtime_closed" },
    ]);
  });

  it("is not opened twice by two results at once, or by the same ones again", async () => {
    const world = new World({ regions: ["enam", "weur", "apac"] });
    const { id } = world.add({ sensitivity: 10 });
    const planned = await world.shard.due(world.id, {
      minute: world.minute,
      bucket: 0,
      version: 0,
    });
    const [first] = planned.map((check) => world.made(check.id, check.region, REFUSED));
    if (!first) throw new Error("nothing was due");
    const { confirm } = await world.shard.record(world.id, [first]);
    const others = confirm.map((check) => world.made(check.id, check.region, REFUSED));
    const again = [first, ...others];
    await Promise.all([
      world.shard.record(world.id, others),
      world.shard.record(world.id, again),
      world.shard.record(world.id, again.toReversed()),
    ]);
    world.evict();
    const { recorded } = await world.shard.record(world.id, again);
    expect(recorded).toEqual([]);
    expect(world.alerts).toEqual([`down ${id}`]);
    expect(world.downtimes.length).toBe(1);
    expect(world.points).toBe(1_000_000 - again.length);
  });

  it("is told later when the catalogue could not be reached, and then once", async () => {
    const world = new World();
    const { id } = world.add({ sensitivity: 10 });
    const planned = await world.shard.due(world.id, {
      minute: world.minute,
      bucket: 0,
      version: 0,
    });
    const first = planned.map((check) => world.made(check.id, check.region, REFUSED));
    const { confirm } = await world.shard.record(world.id, first);
    const second = confirm.map((check) => world.made(check.id, check.region, REFUSED));
    world.broken = true;
    await world.shard.record(world.id, second);
    expect(world.alerts).toEqual([]);
    world.evict();
    world.broken = false;
    expect(world.shard.nextAlarm).toBeLessThanOrEqual(world.now + MINUTE_MS);
    await world.ring(world.now + MINUTE_MS);
    await world.ring(world.now + MINUTE_MS);
    expect(world.alerts).toEqual([`down ${id}`]);
  });

  it("ends when its monitor is paused, in silence, and a new one may open after", async () => {
    const world = new World();
    const { id } = world.add();
    world.target = outage(START);
    await world.ticks(2);
    world.change(id, { active: false });
    await world.shard.head.sync(world.id, world.version);
    await world.shard.flush();
    expect(world.downtimes).toMatchObject([{ end: "paused", closedAt: world.now }]);
    expect(world.alerts).toEqual([`down ${id}`]);
    world.change(id, { active: true });
    await world.ticks(3);
    expect(world.alerts).toEqual([`down ${id}`, `down ${id}`]);
  });

  it("does not open in a maintenance window, and opens when that is over", async () => {
    const world = new World();
    const { id } = world.add();
    const ends = START + 5 * MINUTE_MS;
    const window = { id: 1, accountId: "acct", monitorId: null, repeat: "none" } as const;
    world.windows = [{ ...window, startsAt: START, endsAt: ends, note: "", createdAt: START }];
    world.target = outage(START);
    await world.ticks(5);
    expect(world.downtimes).toEqual([]);
    await world.ticks(2);
    expect(world.downtimes).toMatchObject([{ monitorId: id, openedAt: ends }]);
  });

  it("leaves nothing behind when its monitor is deleted", async () => {
    const world = new World();
    const { id } = world.add();
    world.target = outage(START);
    await world.ticks(2);
    world.remove(id);
    await world.shard.head.sync(world.id, world.version);
    expect(world.reader.glance([id])).toEqual([]);
    expect(world.reader.checks({ monitorId: null, oldest: 0, youngest: world.now })).toEqual([]);
    world.evict();
    expect(world.tables.load("machines").size).toBe(0);
  });
});

describe("a checker that is sick", () => {
  it("is set aside for a minute, and reported, and opens no downtime", async () => {
    const world = new World();
    for (let made = 0; made < 12; made += 1) world.add();
    world.target = (_request, region) =>
      region === "weur" ? REFUSED : { ...REFUSED, passed: true, code: 200, error: null };
    const reported: string[] = [];
    const record = world.shard.record.bind(world.shard);
    world.shard.record = async (...call) => {
      const answer = await record(...call);
      reported.push(...answer.aside.map(({ checker }) => checker));
      return answer;
    };
    await world.ticks(3);
    expect(reported[0]).toBe("weur");
    expect(world.downtimes).toEqual([]);
    const range = {
      monitorId: null,
      oldest: START + MINUTE_MS,
      youngest: START + 2 * MINUTE_MS - 1,
    };
    const next = world.reader.checks(range);
    expect(new Set(next.map(({ checker }) => checker))).toEqual(new Set(["enam"]));
  });

  it("does not hide a real outage: it is found when the checker is back", async () => {
    const world = new World();
    for (let made = 0; made < 12; made += 1) world.add({ sensitivity: 10 });
    const victim = world.rows[0]?.id;
    const down = START + MINUTE_MS;
    world.target = (request, region, at) => {
      const sick = region === "weur" && at < START + 30_000;
      const out = request.url.includes(`host-${victim}.`) && at >= down;
      return sick || out ? REFUSED : { ...REFUSED, passed: true, code: 200, error: null };
    };
    await world.ticks(4);
    expect(world.downtimes).toMatchObject([{ monitorId: victim, openedAt: down }]);
  });
});

describe("a checker that cannot be reached", () => {
  it("is stood in for by another", async () => {
    const world = new World();
    const { id } = world.add();
    world.target = (_request, region) =>
      region === "weur" ? null : { ...REFUSED, passed: true, code: 200, error: null };
    await world.ticks(4);
    const made = world.reader.checks({ monitorId: id, oldest: 0, youngest: world.now });
    expect(made.map(({ checker }) => checker)).toEqual(["enam", "enam", "enam", "enam"]);
  });
});
