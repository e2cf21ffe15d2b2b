import { expect, it } from "vitest";
import { MINUTE_MS, phaseOf } from "../../src/domain/monitor/due.ts";
import { MemoryTables } from "../support/memory-tables.ts";
import { World } from "../support/shard-world.ts";
import { makeScenario, mismatches, type Scenario, urlOf } from "./scenario.ts";

const START = Date.UTC(2027, 2, 1);
const MINUTES = 7 * 24 * 60;
const SHARDS = 4;
const PER_SHARD = 500;
const INTERVALS = [60, 120, 300, 300, 600, 900];
const REGIONS = ["enam", "weur"];
/** How often a message comes twice, and an object dies, in a minute of a shard. */
const REDELIVERED = 0.01;
const EVICTED = 0.002;

/** Counts what is written, and keeps no packed hours: nobody reads them here. */
class CountingTables extends MemoryTables {
  override putHour(monitorId: number, hour: number, checks: number): void {
    super.putHour(monitorId, hour, checks, NOTHING);
  }
}
const NOTHING = new Uint8Array();

function makeWorlds(): World[] {
  return Array.from({ length: SHARDS }, (_, index) => {
    const world = new World({ id: index + 1, regions: REGIONS, tables: new CountingTables() });
    world.now = START;
    world.points = Number.MAX_SAFE_INTEGER;
    for (let place = 0; place < PER_SHARD; place += 1) {
      const id = index * PER_SHARD + place + 1;
      const interval = INTERVALS[(id * 7) % INTERVALS.length] ?? 60;
      const phase = phaseOf(interval, world.id, place, START - MINUTE_MS);
      const sensitivity = id % 2 === 0 ? 5 : 10;
      world.add({ id, interval, phase, sensitivity, url: urlOf(id), host: `host-${id}.test` });
    }
    return world;
  });
}

async function live(world: World, scenario: Scenario): Promise<void> {
  world.target = scenario.target;
  for (let left = MINUTES; left > 0; left -= 1) {
    const minute = world.minute;
    world.broken = scenario.broken.has(minute);
    if (scenario.random() < EVICTED) world.evict();
    if (scenario.missed.has(minute)) {
      world.now = (minute + 1) * MINUTE_MS;
      continue;
    }
    const job = world.job(minute);
    // What fails is tried again by its queue, and in the end let go of.
    await world.tick().catch(() => undefined);
    if (scenario.random() < REDELIVERED) await world.run(job).catch(() => undefined);
    world.now = (minute + 1) * MINUTE_MS;
  }
}

it("a week of 2,000 monitors: each real outage is one downtime and one alert, none is invented", async () => {
  const worlds = makeWorlds();
  const monitors = worlds.flatMap(({ rows }) => rows);
  const scenario = makeScenario({
    seed: 2026,
    start: START,
    minutes: MINUTES,
    regions: REGIONS,
    monitors,
    outages: 3,
    blips: 5,
    troubles: 300,
    troubleMinutes: 8,
  });
  const began = Date.now();
  for (const world of worlds) await live(world, scenario);
  const downtimes = worlds.flatMap((world) => world.downtimes);
  const wrong = monitors.flatMap((monitor) => {
    const own = downtimes.filter(({ monitorId }) => monitorId === monitor.id);
    return mismatches(monitor, scenario, own);
  });
  const outages = [...scenario.outages.values()].flat().length;
  const checks = worlds.reduce((sum, world) => sum + Number.MAX_SAFE_INTEGER - world.points, 0);
  const rows = worlds.reduce(
    (sum, { tables, catalogueRows }) => sum + tables.rowsWritten + catalogueRows,
    0,
  );
  // oxlint-disable-next-line no-console -- the figures are what it is for
  console.log(
    `A week: ${monitors.length} monitors, ${checks} checks, ${outages} outages, ` +
      `${downtimes.length} downtimes, ${(rows / checks).toFixed(3)} rows written a check, ` +
      `${Math.round((Date.now() - began) / 1000)} s`,
  );
  expect(wrong).toEqual([]);
  expect(outages).toBeGreaterThan(2000);
  expect(downtimes.length).toBe(outages);
  for (const world of worlds) {
    const expected = world.downtimes.flatMap(({ monitorId }) => [
      `down ${monitorId}`,
      `up ${monitorId}`,
    ]);
    expect(world.alerts.toSorted()).toEqual(expected.toSorted());
    const told = [...world.told.values()].flatMap(({ items }) => items);
    expect(told.length).toBe(world.alerts.length);
  }
});
