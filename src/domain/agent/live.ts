import type { EndStatus } from "../../store/schema/agent.ts";
import type { Watcher } from "../ports.ts";
import type { AgentMessage, ConsolePiece, RunProgress } from "./launch.ts";

/** How a launch came to its end, as it is written down. */
export interface LaunchEnd {
  status: EndStatus;
  /** Its last message. */
  message: string;
  exitCode: number | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What an agent's object knows of a launch. */
export interface LaunchOutput {
  launchId: number;
  launchNumber: number;
  /** Bytes that its console has emitted. */
  bytes: number;
  progress: RunProgress | null;
  /** JSON text, as it was last set; null when the script set none. */
  resultObject: string | null;
  /** How often it was set. */
  results: number;
  begun: boolean;
  end: LaunchEnd | null;
}

export interface OutputQuery {
  /** Which launch's console; `newest`: that of the newest that began. */
  launch: { id: number } | { number: number } | "newest";
  /** Bytes emitted that are known already. */
  fromByte: number;
  /** Messages from an id on, or the last few; null for none. */
  messages: { from: number } | { last: number } | null;
}

export interface OutputReading {
  /** Null: no such launch has begun, or it is no longer kept. */
  launch: LaunchOutput | null;
  console: ConsolePiece;
  messages: AgentMessage[];
}

/** What is known already: a wait is over as soon as there is more. */
export interface KnownOutput {
  launchId: number;
  begun: boolean;
  fromByte: number;
  results: number;
}

/** What a running launch tells its agent's object. Sent again when nobody answered. */
export interface OutputNews {
  launchId: number;
  /** The console from a position on; what is known of it already is passed over. */
  console?: { from: number; text: string };
  progress?: RunProgress;
  /** JSON text, and how often one was set. */
  result?: { json: string; results: number };
}

/** Where the output of agents' launches is kept and watched: one object each. */
export interface LiveAgents {
  /** A launch has its browser and begins. Again, it changes nothing. */
  begin(agentId: number, launch: LaunchBegin): Promise<void>;
  tell(agentId: number, news: OutputNews): Promise<void>;
  /** Notes how a launch ended, once. @returns How it did: as it was noted first. */
  end(agentId: number, launch: LaunchIdentity, end: LaunchEnd): Promise<LaunchEnd>;
  read(agentId: number, query: OutputQuery): Promise<OutputReading>;
  /** As {@link read}, once there is more than is known, or when `ms` are over. */
  wait(agentId: number, known: KnownOutput, ms: number): Promise<OutputReading>;
  /** Upgrades the request to a WebSocket on the agent's output. */
  watch(agentId: number, request: Request, watcher: Watcher<never>): Promise<Response>;
  /** Forgets launches that are no longer kept. */
  forget(agentId: number, launchIds: number[]): Promise<void>;
  /** Forgets everything, and closes the sockets. */
  destroy(agentId: number): Promise<void>;
  dropKey(agentId: number, keyId: string): Promise<void>;
}

export interface LaunchIdentity {
  accountId: string;
  launchId: number;
  launchNumber: number;
}

export interface LaunchBegin extends LaunchIdentity {
  /** Of its first message. */
  context: string[];
  /** Milliseconds since the epoch. */
  at: number;
}

/** What an agent's watchers are told, before it is numbered. */
export type AgentEvent =
  | ({ type: "console" } & Omit<LaunchIdentity, "accountId"> & ConsolePiece)
  | { type: "message"; message: AgentMessage };

/** A launch as it is handed to whoever runs it. */
export interface LaunchOrder {
  launchId: number;
  /** Proves whose it is: see `launches.claim`. */
  claim: string;
}

/** What is run by whom: one object per launch. */
export interface LiveLaunches {
  /** Returns at once; the run goes on. The same order twice is one run. */
  start(order: LaunchOrder): Promise<void>;
  /** Looks after a launch whose end is overdue. False when nobody there knows of it. */
  attend(order: LaunchOrder): Promise<boolean>;
  /** Does nothing where nothing runs. */
  abort(launchId: number, how: "soft" | "hard"): Promise<void>;
}
