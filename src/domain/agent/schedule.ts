import { Cron } from "croner";
import { timeZoneProblem } from "../account/index.ts";
import type { Schedule } from "./agent.ts";

const MAX_LENGTH = 200;
const HOUR_MS = 3_600_000;
/** Clocks go back by an hour, and on Lord Howe Island by half of one. */
const SET_BACK_MS = [HOUR_MS, HOUR_MS / 2];

/**
 * When a schedule comes next after a moment; null: never. A local time that is skipped when clocks
 * go forward comes at once after the gap; one that comes twice when they go back comes the first
 * time only, unless the schedule is for every hour and goes on by the hour.
 * @param after Milliseconds since the epoch, as the answer is.
 */
export function nextLaunch({ cron, tz }: Schedule, after: number): number | null {
  const pattern = new Cron(cron, { timezone: tz, mode: "5-part", paused: true });
  const hourly = /^\S+\s+\*/.test(cron.trim());
  let next = pattern.nextRun(new Date(after));
  if (hourly) return next?.getTime() ?? null;
  while (next && cameBefore(next.getTime(), tz)) next = pattern.nextRun(next);
  return next?.getTime() ?? null;
}

/** Problems of a schedule's fields, as the wires name them. */
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

/** Whether clocks showed the same time before. */
function cameBefore(at: number, tz: string): boolean {
  const clock = new Intl.DateTimeFormat("en", {
    timeZone: tz,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const shown = clock.format(at);
  return SET_BACK_MS.some((ms) => clock.format(at - ms) === shown);
}
