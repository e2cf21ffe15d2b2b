import { Cron } from "croner";
import { timeZoneProblem } from "../account/index.ts";
import type { Schedule } from "./agent.ts";

const MAX_LENGTH = 200;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * When a schedule comes next after a moment; null: never. A local time that is skipped when clocks
 * go forward comes right after the gap; one that comes twice when they go back comes the first time
 * only. A schedule for every hour goes on by the hour.
 * @param after Milliseconds since the epoch, as the answer is.
 */
export function nextLaunch({ cron, tz }: Schedule, after: number): number | null {
  if (/^\S+\s+\*/.test(cron.trim())) {
    return patternOf(cron, tz).nextRun(new Date(after))?.getTime() ?? null;
  }
  // Reckoned on the clock's face, which is the same every day, and brought back into time.
  const pattern = patternOf(cron, "UTC");
  const face = faceOf(tz);
  let shown = face(after);
  for (;;) {
    const next = pattern.nextRun(new Date(shown));
    if (!next) return null;
    shown = next.getTime();
    const at = firstShown(face, shown);
    if (at > after) return at;
  }
}

/** Problems of a schedule's fields, by their names. */
export function scheduleProblems(
  schedule: Schedule,
  now: number,
): Record<string, string | undefined> {
  const tz = timeZoneProblem(schedule.tz);
  return {
    "schedule.cron": cronProblem({ cron: schedule.cron, tz: tz ? "UTC" : schedule.tz }, now),
    "schedule.tz": tz,
  };
}

function cronProblem(schedule: Schedule, now: number): string | undefined {
  if (schedule.cron.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  try {
    return nextLaunch(schedule, now) === null ? "names a time that never comes" : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "";
    return `is no cron expression of five fields: ${why}`;
  }
}

function patternOf(cron: string, timezone: string): Cron {
  return new Cron(cron, { timezone, mode: "5-part", paused: true });
}

/** What a zone's clocks show at a moment, as if it were UTC. */
type Face = (at: number) => number;

function faceOf(tz: string): Face {
  const clock = new Intl.DateTimeFormat("en", {
    timeZone: tz,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (at) => {
    const shown = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => shown.get(name) ?? 0;
    const [year, month, day] = [part("year"), part("month"), part("day")];
    return Date.UTC(year, month - 1, day, part("hour"), part("minute"), part("second"));
  };
}

/** The first moment at which clocks show a time, or have gone past it. */
function firstShown(face: Face, shown: number): number {
  const offsets = [shown - DAY_MS, shown + DAY_MS].map((near) => face(near) - near);
  const moments = offsets.map((offset) => shown - offset).toSorted((a, b) => a - b);
  const exact = moments.find((at) => face(at) === shown);
  if (exact !== undefined) return exact;
  // They never show it: between these two they go forward.
  let [before = shown, after = shown] = moments;
  while (after - before > MINUTE_MS) {
    const middle = Math.floor((before + after) / 2 / MINUTE_MS) * MINUTE_MS;
    if (face(middle) < shown) before = middle;
    else after = middle;
  }
  return after;
}
