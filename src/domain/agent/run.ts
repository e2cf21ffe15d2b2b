import type { DevTools } from "../browser.ts";

/** What a script can be run by. */
export const COMMANDS = ["casperjs", "phantomjs"] as const;
export type Command = (typeof COMMANDS)[number];

/** One run of one script, before it begins. */
export interface RunRequest {
  command: Command;
  script: { name: string; text: string };
  /** JSON text: `buster.argument`. */
  argument: string;
  agentId: number;
  launchId: number;
  /** Made for this run and ended with it. */
  apiKey: string;
  /** How often it has been tried before, and how often it may be tried again in all. */
  retryCount: number;
  maxRetries: number;
  limits: RunLimits;
}

export interface RunLimits {
  /** Interrupts of the interpreter that a run may take: see `CPU_BUDGET`. */
  interrupts: number;
  /** Bytes of the interpreter's heap. */
  memory: number;
  /** Files in the run's own folder: how many, and bytes of all together. */
  files: number;
  fileBytes: number;
}

/** What a run may reach. Each is the run's own; nothing else of the world is to be had. */
export interface RunWorld {
  browser: DevTools;
  /** Judges each address that the script or its pages ask for. */
  assertAllowed: (url: string) => Promise<void>;
  /** Asks for an address that was judged. Redirects are not followed. */
  fetch: (request: Request) => Promise<Response>;
  /** What the script writes to its console, in order. */
  print: (text: string) => void;
  /** What the browser does, for the live stream. Never what was typed. */
  tell: (event: RunEvent) => void;
  services: RunServices;
  now: () => number;
  random: () => number;
  /** Resolves after so many milliseconds, at once where the run is being stopped. */
  sleep: (ms: number) => Promise<void>;
  /** Aborts when the run has to stop; its reason is a {@link RunStop}. */
  signal: AbortSignal;
  /** The script was asked to come to an end by itself. */
  softAborted: () => boolean;
  /** When its time is up; milliseconds since the epoch. */
  endsAt: () => number;
}

export type RunStop = "time" | "abort";

export type RunEvent =
  | { type: "navigation"; url: string }
  | { type: "page_load"; url: string }
  | { type: "click" | "type"; element: string }
  | { type: "screenshot"; format: string }
  | { type: "error"; message: string };

/** What `buster` does beyond the run's own folder. Each rejects with a `Fault` that says why. */
export interface RunServices {
  /** Text of another script of the account; null when there is none of that name. */
  script(name: string): Promise<string | null>;
  /** Keeps a file in the agent's folder. Its type goes by its name where none is given. */
  save(file: { path: string; bytes: Uint8Array; contentType?: string }): Promise<{ url: string }>;
  /** JSON text that is kept for an agent, or for the account; "{}" before the first. */
  readObject(scope: ObjectScope): Promise<string>;
  writeObject(scope: ObjectScope, json: string): Promise<void>;
  /** JSON text, the run's result. */
  setResult(json: string): Promise<void>;
  /** `ratio` from 0 to 1. */
  setProgress(progress: { ratio: number; label: string }): Promise<void>;
  /** Seconds from the start of the run on; 0 or less gives the agent's own limit back. */
  setTimeLimit(seconds: number): Promise<void>;
  mail(letter: { subject: string; text: string; to?: string }): Promise<void>;
  notify(text: string): Promise<void>;
}

/** The run's own agent, another one of the account's by its id, or the account. */
export type ObjectScope = "agent" | "account" | { agent: number };

/** How a run came to its end. */
export type RunEnd =
  /** By `exit`, by nothing left to do (0), or by an error that nobody caught (1). */
  | { type: "exited"; code: number }
  | { type: "stopped"; by: RunStop }
  /** The sandbox put an end to it: its budget, its memory, its browser. A line for the console. */
  | { type: "failed"; reason: string };

export interface RunResult {
  end: RunEnd;
  /** What the script left in its own folder, paths relative to that. */
  files: { path: string; bytes: Uint8Array }[];
}

/** Where scripts run. */
export interface Sandbox {
  run(request: RunRequest, world: RunWorld): Promise<RunResult>;
}
