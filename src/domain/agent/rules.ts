import { Fault } from "../errors.ts";
import { NOTIFY_WHEN } from "../../store/schema/agent.ts";
import { COMMANDS } from "./run.ts";

export const MAX_SCRIPTS = 1000;
export const MAX_AGENTS = 1000;
/** Launches of one agent that wait for their turn. */
export const MAX_QUEUED = 1000;
/** Bytes. */
export const MAX_SCRIPT_BYTES = 1024 * 1024;
export const MAX_ARGUMENT_BYTES = 256 * 1024;
export const MAX_STORE_INFO_BYTES = 256 * 1024;
export const MAX_OBJECT_BYTES = 1024 * 1024;
export const MAX_RESULT_BYTES = 1024 * 1024;
/** Seconds. */
export const DEFAULT_TIME_LIMIT = 300;
export const MAX_TIME_LIMIT = 840;
export const MAX_PARALLEL = 100;
export const MAX_RETRIES = 10;

type Problem = string | undefined;

/** @throws Fault BAD_REQUEST whose `fields` name what was found wrong. */
export function assertSound(found: Record<string, Problem>): void {
  const fields: Record<string, string> = {};
  for (const [field, problem] of Object.entries(found)) {
    if (problem !== undefined) fields[field] = problem;
  }
  const named = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  if (named.length > 0) throw new Fault("BAD_REQUEST", named.join("; "), { fields });
}

export function agentNameProblem(name: string): Problem {
  return /^[^\p{C}]{1,100}$/u.test(name) && name.trim() === name
    ? undefined
    : "must have 1 to 100 printable characters";
}

/** Scripts stand in paths, and other scripts require them by name. */
export function scriptNameProblem(name: string): Problem {
  return /^[^\p{C}/\\]{1,100}$/u.test(name) && name.trim() === name && !/^\.+$/.test(name)
    ? undefined
    : "must have 1 to 100 printable characters, no slashes among them";
}

export function textProblem(text: string, maximum: number): Problem {
  // A character takes three bytes at most, and at least one.
  if (text.length * 3 <= maximum) return undefined;
  return bytesOf(text) <= maximum ? undefined : `must have at most ${maximum} bytes`;
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

export function argumentProblem(argument: string): Problem {
  return jsonProblem(argument) ?? textProblem(argument, MAX_ARGUMENT_BYTES);
}

export function jsonProblem(text: string): Problem {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return "must be JSON";
  }
}

export function commandProblem(command: string): Problem {
  return (COMMANDS as readonly string[]).includes(command)
    ? undefined
    : `${JSON.stringify(command.slice(0, 50))} is not run here: must be ${COMMANDS.join(" or ")}`;
}

export function timeLimitProblem(seconds: number): Problem {
  return wholeProblem(seconds, 1, MAX_TIME_LIMIT);
}

export function parallelProblem(executions: number): Problem {
  return wholeProblem(executions, 1, MAX_PARALLEL);
}

export function retriesProblem(retries: number): Problem {
  return wholeProblem(retries, 0, MAX_RETRIES);
}

export function notifyProblem(when: string): Problem {
  return (NOTIFY_WHEN as readonly string[]).includes(when)
    ? undefined
    : `must be one of ${NOTIFY_WHEN.join(", ")}`;
}

function wholeProblem(value: number, least: number, most: number): Problem {
  return Number.isInteger(value) && value >= least && value <= most
    ? undefined
    : `must be a whole number from ${least} to ${most}`;
}
