import * as z from "zod";
import {
  type Agent,
  type AgentSettings,
  type Launch,
  type LaunchDetails,
  NOTIFY_WHEN,
} from "../../domain/agent/index.ts";
import { encodedPath } from "../../domain/file/index.ts";

/** Agents and launches between the wire's spelling (wire/manage.md) and the domain's. Pure. */

/** A JSON value, or JSON as text: what a script finds as its argument. */
const argument = z
  .unknown()
  .transform((value) => (typeof value === "string" ? value : JSON.stringify(value)));

/** The domain checks what is in them. */
const settings = {
  script: z.string().nullable(),
  command: z.string().nullable(),
  schedule: z.strictObject({ cron: z.string(), tz: z.string().default("UTC") }).nullable(),
  executionTimeLimit: z.number(),
  maxParallelExecs: z.number(),
  retries: z.number(),
  notify: z.enum(NOTIFY_WHEN, { error: `must be one of ${NOTIFY_WHEN.join(", ")}` }),
  argument,
};

export const AgentPatch = z.strictObject({ name: z.string(), ...settings }).partial();
export const AgentCreate = AgentPatch.required({ name: true });

/** Only what was given. */
export function toSettings<T extends z.output<typeof AgentPatch>>(body: T): Partial<AgentSettings> {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<AgentSettings>;
}

export const LaunchCreate = z
  .strictObject({ command: z.string().nullable().optional(), argument: argument.optional() })
  .transform(({ command, argument: given }) => ({
    ...(command !== undefined && { command }),
    ...(given !== undefined && { argument: given }),
  }));

export const AbortWish = z.strictObject({ soft: z.boolean().default(false) });

export function fromAgent(agent: Agent) {
  const { id, name, script, command, schedule, executionTimeLimit, maxParallelExecs } = agent;
  const { retries, notify, running, queued } = agent;
  return {
    id,
    name,
    script,
    command,
    argument: JSON.parse(agent.argument) as unknown,
    schedule,
    executionTimeLimit,
    maxParallelExecs,
    retries,
    notify,
    running,
    queued,
    launch_number: agent.launchNumber,
    last_end_status: agent.lastEndStatus,
    last_end_message: agent.lastEndMessage,
    next_launch_at: time(agent.nextLaunchAt),
    file_bytes: agent.fileBytes,
    created_at: time(agent.createdAt),
    updated_at: time(agent.updatedAt),
  };
}

/** As lists have it: without what may be large. */
export function fromLaunch(launch: Launch) {
  const { id, agentId, launchNumber, type, status, command, retryCount } = launch;
  const { exitCode, endStatus, endMessage } = launch;
  return {
    id,
    agent_id: agentId,
    launch_number: launchNumber,
    type,
    status,
    command,
    retry_count: retryCount,
    queued_at: time(launch.queuedAt),
    started_at: time(launch.startedAt),
    ended_at: time(launch.endedAt),
    exit_code: exitCode,
    last_end_status: endStatus,
    last_end_message: endMessage,
  };
}

export function fromLaunchDetails(launch: LaunchDetails, origin: string) {
  const { resultObject, progress, files } = launch;
  return {
    ...fromLaunch(launch),
    argument: JSON.parse(launch.argument) as unknown,
    result_object: resultObject === null ? null : (JSON.parse(resultObject) as unknown),
    progress: progress && { progress: progress.ratio, label: progress.label },
    files: files.map(({ name, path, size }) => ({
      name,
      size,
      url: `${origin}/manage/files/${encodedPath(path)}`,
    })),
  };
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
