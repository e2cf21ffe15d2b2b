import { MINUTE_MS } from "../../src/domain/monitor/due.ts";
import { PASSED, REFUSED, type Target } from "../support/shard-world.ts";

/** Milliseconds since the epoch; the end is not part of it. */
export type Period = [from: number, to: number];

export interface Watched {
  id: number;
  /** Seconds. */
  interval: number;
}

export interface ScenarioOptions {
  seed: number;
  start: number;
  minutes: number;
  regions: readonly string[];
  monitors: readonly Watched[];
  /** Outages of one monitor, on average. */
  outages: number;
  /** How many times one region alone cannot reach a target, on average for a monitor. */
  blips: number;
  /** How often a region fails for every target, is not there at all, or the clock does not come. */
  troubles: number;
  /** The longest of those, in minutes. */
  troubleMinutes: number;
}

/** What really happens: to targets, to checkers, to the clock. */
export interface Scenario {
  outages: Map<number, Period[]>;
  /** Minutes that do not come. */
  missed: Set<number>;
  /** Minutes in which the catalogue does not answer. */
  broken: Set<number>;
  target: Target;
  /** How long after an outage's start or end it must be noticed. */
  slack: (monitor: Watched) => number;
  random: () => number;
}

export function makeScenario(options: ScenarioOptions): Scenario {
  const { start, minutes, regions, monitors, troubles, troubleMinutes } = options;
  const random = randomNumbers(options.seed);
  const between = (from: number, to: number) => from + random() * (to - from);
  const end = start + minutes * MINUTE_MS;
  const longest = troubleMinutes * MINUTE_MS;
  const slack = ({ interval }: Watched) => 3 * interval * 1000 + 2 * longest + 2 * MINUTE_MS;

  // One trouble at a time, so that an outage can always be told from it in the end.
  const sick: { region: string; period: Period }[] = [];
  const gone: { region: string; period: Period }[] = [];
  const missed = new Set<number>();
  const broken = new Set<number>();
  const troubled: Period[] = [];
  for (let made = 0; made < troubles; made += 1) {
    const slot = (end - start) / troubles;
    const from = start + made * slot + between(0, slot / 2);
    const period: Period = [from, from + between(MINUTE_MS, Math.min(longest, slot / 3))];
    const region = regions[Math.floor(random() * regions.length)] ?? "";
    const kind = Math.floor(random() * 4);
    if (kind === 0) sick.push({ region, period });
    if (kind === 1) gone.push({ region, period });
    if (kind >= 2)
      for (const minute of minutesOf(period)) (kind === 2 ? missed : broken).add(minute);
    troubled.push([period[0] - MINUTE_MS, period[1] + 3 * MINUTE_MS]);
  }

  const outages = new Map<number, Period[]>();
  const blips = new Map<number, { region: string; period: Period }[]>();
  for (const monitor of monitors) {
    const apart = slack(monitor);
    const own: Period[] = [];
    let free = start + apart;
    const chance = options.outages / Math.max(1, (end - start) / (4 * apart));
    while (free + 2 * apart < end) {
      const length = apart + between(0, 3 * apart);
      const from = free + between(0, apart);
      if (random() < chance && from + length + apart < end) own.push([from, from + length]);
      free = from + length + apart;
    }
    outages.set(monitor.id, own);
    const seen: { region: string; period: Period }[] = [];
    for (let left = options.blips; left > random(); left -= 1) {
      const from = between(start, end);
      const period: Period = [from, from + between(0, 2 * monitor.interval * 1000)];
      const near: Period = [from - apart, period[1] + apart];
      if (own.some((outage) => overlap(outage, near))) continue;
      if (troubled.some((trouble) => overlap(trouble, period))) continue;
      seen.push({ region: regions[Math.floor(random() * regions.length)] ?? "", period });
    }
    blips.set(monitor.id, seen);
  }

  const target: Target = ({ url }, region, at) => {
    if (gone.some((one) => one.region === region && holds(one.period, at))) return null;
    if (sick.some((one) => one.region === region && holds(one.period, at))) return REFUSED;
    const id = idOf(url);
    if (outages.get(id)?.some((period) => holds(period, at))) return REFUSED;
    const isBlip = blips.get(id)?.some((one) => one.region === region && holds(one.period, at));
    return isBlip ? REFUSED : PASSED;
  };
  return { outages, missed, broken, target, slack, random };
}

/** An address that says whose it is. */
export function urlOf(id: number): string {
  return `https://host-${id}.test/`;
}

function idOf(url: string): number {
  return Number(url.slice("https://host-".length, -".test/".length));
}

function minutesOf([from, to]: Period): number[] {
  const first = Math.floor(from / MINUTE_MS);
  return Array.from({ length: Math.ceil(to / MINUTE_MS) - first }, (_, index) => first + index);
}

function holds([from, to]: Period, at: number): boolean {
  return at >= from && at < to;
}

function overlap(a: Period, b: Period): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

/** Mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Downtimes that do not match the outages of a monitor; none when each has exactly one. */
export function mismatches(
  monitor: Watched,
  scenario: Scenario,
  downtimes: readonly { openedAt: number; closedAt: number | null }[],
): string[] {
  const real = scenario.outages.get(monitor.id) ?? [];
  const slack = scenario.slack(monitor);
  const text = (at: number | null | undefined) => (at ? new Date(at).toISOString() : String(at));
  const wrong: string[] = [];
  for (let index = 0; index < Math.max(real.length, downtimes.length); index += 1) {
    const [from, to] = real[index] ?? [];
    const { openedAt, closedAt } = downtimes[index] ?? {};
    const isRight =
      from !== undefined &&
      to !== undefined &&
      openedAt !== undefined &&
      typeof closedAt === "number" &&
      openedAt >= from &&
      openedAt <= from + slack &&
      closedAt >= to &&
      closedAt <= to + slack;
    if (isRight) continue;
    wrong.push(
      `monitor ${monitor.id} (${monitor.interval} s): outage ${text(from)} to ${text(to)}, ` +
        `downtime ${text(openedAt)} to ${text(closedAt)}`,
    );
  }
  return wrong;
}
