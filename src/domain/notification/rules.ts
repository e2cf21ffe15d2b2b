import type { ChannelType } from "../../store/schema/notification.ts";
import { emailProblem } from "../account/index.ts";
import { Fault } from "../errors.ts";

/** Channels of one account. */
export const MAX_CHANNELS = 100;
const MAX_NAME_LENGTH = 100;
const MAX_TARGET_LENGTH = 2048;
const MAX_MONITORS = 1000;
/** A reminder every five minutes to once a week. */
const REMINDER_MINUTES = { minimum: 5, maximum: 10_080 } as const;

/** What a caller may set. */
export interface ChannelSettings {
  name: string;
  target: string;
  monitors: number[] | null;
  reminderMinutes: number | null;
  quietUntilRecovery: boolean;
}

/**
 * Refuses what a channel may not be.
 * @throws Fault BAD_REQUEST whose `fields` name each field under its domain name, with a reason.
 */
export function assertSettable(type: ChannelType, settings: Partial<ChannelSettings>): void {
  const { name, target, monitors, reminderMinutes } = settings;
  const found = {
    name: name === undefined ? undefined : nameProblem(name),
    target: target === undefined ? undefined : targetProblem(type, target),
    monitors: monitors === undefined ? undefined : monitorsProblem(monitors),
    reminderMinutes: reminderMinutes === undefined ? undefined : reminderProblem(reminderMinutes),
  };
  refuse(found);
}

/** @throws Fault BAD_REQUEST when any field has a problem. */
export function refuse(found: Record<string, string | undefined>): void {
  const fields: Record<string, string> = {};
  for (const [field, problem] of Object.entries(found)) {
    if (problem !== undefined) fields[field] = problem;
  }
  const named = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  if (named.length > 0) throw new Fault("BAD_REQUEST", named.join("; "), { fields });
}

function nameProblem(name: string): string | undefined {
  const { length } = [...name];
  return length >= 1 && length <= MAX_NAME_LENGTH && !/\p{C}/u.test(name)
    ? undefined
    : `must have 1 to ${MAX_NAME_LENGTH} printable characters`;
}

/** The guard has the last word on an address of the web; this is only its form. */
function targetProblem(type: ChannelType, target: string): string | undefined {
  if (type === "email") return emailProblem(target);
  if (target.length > MAX_TARGET_LENGTH) return `must have at most ${MAX_TARGET_LENGTH} characters`;
  const url = URL.parse(target);
  return url && /^https?:$/.test(url.protocol) ? undefined : "must be an http(s) address";
}

function monitorsProblem(monitors: number[] | null): string | undefined {
  if (monitors === null) return undefined;
  if (monitors.length > MAX_MONITORS) return `must be at most ${MAX_MONITORS} ids, or "all"`;
  return monitors.every((id) => Number.isSafeInteger(id) && id > 0)
    ? undefined
    : "must be ids of monitors";
}

function reminderProblem(minutes: number | null): string | undefined {
  const { minimum, maximum } = REMINDER_MINUTES;
  return minutes === null || (Number.isInteger(minutes) && minutes >= minimum && minutes <= maximum)
    ? undefined
    : `must be a whole number from ${minimum} to ${maximum}, or null`;
}
