import type { LaunchRow, LaunchSummaryRow } from "../../store/launch.ts";
import type { EndStatus, LaunchType } from "../../store/schema/agent.ts";

/** As it is told: one that is on its way to a browser still waits. */
export type LaunchStatus = "queued" | "running" | "ended";

/** A run of an agent. Times in milliseconds since the epoch. */
export interface Launch {
  id: number;
  agentId: number;
  /** Counts the agent's launches from 1. */
  launchNumber: number;
  type: LaunchType;
  status: LaunchStatus;
  /** As the launch or its agent asked for; null: what the script itself says. */
  command: string | null;
  /** How often it was tried before. */
  retryCount: number;
  queuedAt: number;
  /** When its browser was there. */
  startedAt: number | null;
  endedAt: number | null;
  /** What the script ended with; null when it did not end by itself. */
  exitCode: number | null;
  endStatus: EndStatus | null;
  /** The same as its last message. */
  endMessage: string | null;
}

/** A launch with what came of it. */
export interface LaunchDetails extends Launch {
  /** JSON text. */
  argument: string;
  /** JSON text; null when the script set none. */
  resultObject: string | null;
  progress: RunProgress | null;
  /** What it left in its own folder. */
  files: LaunchFile[];
}

export interface LaunchFile {
  /** Below the launch's folder. */
  name: string;
  /** Below the account's folder: what `readFile` and `signLink` take. */
  path: string;
  /** Bytes. */
  size: number;
}

/** A message of an agent: what happened to its launches. */
export interface AgentMessage {
  /** Counts the agent's messages from 1. */
  id: number;
  launchId: number;
  /** Unix seconds. */
  date: number;
  type: MessageType;
  text: string;
  /** Particulars, such as `Launch type: manual`. */
  context: string[];
}

export type MessageType = "normal" | "warning" | "error";

/** A piece of a launch's console. Positions are of all bytes emitted, as UTF-8. */
export interface ConsolePiece {
  /**
   * Where the piece begins: where it was asked for, or after what is no longer kept, or before the
   * character that it was asked for in the middle of.
   */
  from: number;
  /** Where it ends: ask from here for what comes next. */
  to: number;
  /** Where the middle of a long console is gone, a line that says so takes its place. */
  text: string;
}

/** How a script says that it gets on. */
export interface RunProgress {
  /** From 0 to 1. */
  ratio: number;
  label: string;
}

/** Where a launch keeps what its script left, below its account's folder. */
export function launchFolder(agentId: number, launchNumber: number): string {
  return `${agentFolder(agentId)}launches/${launchNumber}/`;
}

/** Where an agent keeps all files, below its account's folder. */
export function agentFolder(agentId: number): string {
  return `agents/${agentId}/`;
}

export function launchOf(row: LaunchSummaryRow): Launch {
  const { id, agentId, launchNumber, type, state, command, retryCount } = row;
  const { queuedAt, startedAt, endedAt, exitCode, endStatus, endMessage } = row;
  return {
    id,
    agentId,
    launchNumber,
    type,
    status: state === "starting" ? "queued" : state,
    command,
    retryCount,
    queuedAt,
    startedAt,
    endedAt,
    exitCode,
    endStatus,
    endMessage,
  };
}

export function filesOf({ agentId, launchNumber, files }: LaunchRow): LaunchFile[] {
  const folder = launchFolder(agentId, launchNumber);
  const kept = JSON.parse(files ?? "[]") as [name: string, size: number][];
  return kept.map(([name, size]) => ({ name, path: folder + name, size }));
}
