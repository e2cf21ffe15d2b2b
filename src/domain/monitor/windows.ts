import type { MaintenanceWindow } from "./monitor.ts";
import { DAY_MS } from "./rules.ts";

type Times = Pick<MaintenanceWindow, "startsAt" | "endsAt" | "repeat">;

const PERIOD_MS = { none: null, daily: DAY_MS, weekly: 7 * DAY_MS } as const;

/** Whether a window is open at a time. Repeated ones come at the same UTC time each period. */
export function isOpenAt({ startsAt, endsAt, repeat }: Times, at: number): boolean {
  if (at < startsAt) return false;
  const period = PERIOD_MS[repeat];
  const since = period === null ? at - startsAt : (at - startsAt) % period;
  return since < endsAt - startsAt;
}

export function isInMaintenance(windows: readonly Times[], at: number): boolean {
  return windows.some((window) => isOpenAt(window, at));
}
