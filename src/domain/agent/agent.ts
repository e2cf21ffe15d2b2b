import type { AgentRow, ListedAgent } from "../../store/agent.ts";
import type { EndStatus, NotifyWhen } from "../../store/schema/agent.ts";

/** When an agent launches by itself. */
export interface Schedule {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** IANA time zone that they are meant in. */
  tz: string;
}

/** A script with how, when and how often it runs. Times in milliseconds since the epoch. */
export interface Agent {
  id: number;
  name: string;
  scriptId: number | null;
  /** Name of its script. */
  script: string | null;
  /** What it is run by; null: what the script itself says. */
  command: string | null;
  /** JSON text. */
  argument: string;
  schedule: Schedule | null;
  nextLaunchAt: number | null;
  /** Seconds. */
  executionTimeLimit: number;
  maxParallelExecs: number;
  /** How often a launch that failed is tried again. */
  retries: number;
  /** When the account's channels are told that a launch has ended. */
  notify: NotifyWhen;
  /** Number of its latest launch; 0 before the first. */
  launchNumber: number;
  /** Of the launch that ended last. */
  lastEndStatus: EndStatus | null;
  lastEndMessage: string | null;
  /** Launches that run, and that wait for their turn, now. */
  running: number;
  queued: number;
  /** Bytes of all files that its launches have left. */
  fileBytes: number;
  createdAt: number;
  updatedAt: number;
}

/** `running` as soon as one of its launches is. */
export type AgentStatus = "queued" | "running" | "idle";

export function statusOf(agent: Pick<Agent, "running" | "queued">): AgentStatus {
  if (agent.running > 0) return "running";
  return agent.queued > 0 ? "queued" : "idle";
}

export function agentOf({ agent, script, running, queued }: ListedAgent): Agent {
  const { id, name, scriptId, command, argument, nextLaunchAt, retries, notify } = agent;
  const { launchNumber, lastEndStatus, lastEndMessage, fileBytes, createdAt, updatedAt } = agent;
  return {
    id,
    name,
    scriptId,
    script,
    command,
    argument,
    schedule: scheduleOf(agent),
    nextLaunchAt,
    executionTimeLimit: agent.timeLimit,
    maxParallelExecs: agent.maxParallel,
    retries,
    notify,
    launchNumber,
    lastEndStatus,
    lastEndMessage,
    running,
    queued,
    fileBytes,
    createdAt,
    updatedAt,
  };
}

export function scheduleOf({ cron, tz }: Pick<AgentRow, "cron" | "tz">): Schedule | null {
  return cron === null || tz === null ? null : { cron, tz };
}
