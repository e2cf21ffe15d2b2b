import type { AgentSettingsRow } from "../../store/agent.ts";
import { findScript } from "../../store/script.ts";
import type { NotifyWhen } from "../../store/schema/agent.ts";
import type { Ctx } from "../context.ts";
import type { Schedule } from "./agent.ts";
import {
  agentNameProblem,
  argumentProblem,
  assertSound,
  commandProblem,
  notifyProblem,
  parallelProblem,
  retriesProblem,
  timeLimitProblem,
} from "./rules.ts";
import { nextLaunch, scheduleProblems } from "./schedule.ts";

/** What an agent's owner sets. */
export interface AgentSettings {
  name: string;
  /** Name of a script of the account's; null: none yet. */
  script: string | null;
  /** Null: what the script itself says. */
  command: string | null;
  /** JSON text. */
  argument: string;
  schedule: Schedule | null;
  /** Seconds, 1–840. */
  executionTimeLimit: number;
  /** 1–100. */
  maxParallelExecs: number;
  /** 0–10. */
  retries: number;
  notify: NotifyWhen;
}

/**
 * Settings as they are kept.
 * @throws Fault BAD_REQUEST that names the fields, an unknown script among them.
 */
export async function settingsRow(
  ctx: Ctx,
  accountId: string,
  input: Partial<AgentSettings>,
): Promise<Partial<AgentSettingsRow>> {
  const { name, script, command, argument, schedule, retries, notify } = input;
  const { executionTimeLimit, maxParallelExecs } = input;
  const found = script == null ? null : await findScript(ctx.db, accountId, { name: script });
  assertSound({
    name: name === undefined ? undefined : agentNameProblem(name),
    script: script != null && !found ? "is no script of this account" : undefined,
    command: command == null ? undefined : commandProblem(command),
    argument: argument === undefined ? undefined : argumentProblem(argument),
    executionTimeLimit:
      executionTimeLimit === undefined ? undefined : timeLimitProblem(executionTimeLimit),
    maxParallelExecs:
      maxParallelExecs === undefined ? undefined : parallelProblem(maxParallelExecs),
    retries: retries === undefined ? undefined : retriesProblem(retries),
    notify: notify === undefined ? undefined : notifyProblem(notify),
    ...(schedule && scheduleProblems(schedule, ctx.now())),
  });
  return {
    ...(name !== undefined && { name }),
    ...(script !== undefined && { scriptId: found?.id ?? null }),
    ...(command !== undefined && { command }),
    ...(argument !== undefined && { argument }),
    ...(executionTimeLimit !== undefined && { timeLimit: executionTimeLimit }),
    ...(maxParallelExecs !== undefined && { maxParallel: maxParallelExecs }),
    ...(retries !== undefined && { retries }),
    ...(notify !== undefined && { notify }),
    ...(schedule !== undefined && {
      cron: schedule?.cron ?? null,
      tz: schedule?.tz ?? null,
      nextLaunchAt: schedule && nextLaunch(schedule, ctx.now()),
    }),
  };
}
