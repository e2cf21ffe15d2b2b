import type { Database } from "../store/database.ts";
import type { KeyScope } from "../store/schema/account.ts";
import type { Ports } from "./ports.ts";

/** Who asks. */
export type Actor =
  | { type: "anonymous"; address: string }
  | { type: "operator" }
  | {
      type: "account";
      accountId: string;
      keyId: string;
      scope: KeyScope;
      /** Milliseconds since the epoch, or null. */
      keyExpiresAt: number | null;
      /** Where it asks from, as the platform saw it; absent where no request came. */
      address?: string;
    }
  /** A remote machine that pulls work, with a token of its own. */
  | {
      type: "runner";
      runnerId: number;
      accountId: string;
      name: string;
      /** What it works on, and what was taken from it last; ids of experiments. */
      experimentId: number | null;
      lateExperimentId: number | null;
      /** What was last noted of it. */
      seen: { at: number | null; beats: boolean; revision: string | null };
    };

export type AccountActor = Extract<Actor, { type: "account" }>;

/** The settings that verbs read; `runtime/config.ts` documents and checks them. */
export interface Settings {
  signup: "open" | "closed";
  maxSessions: number;
  regions: readonly string[];
  rateLimitPerMinute: number;
  /** Requests a minute from one client address, where a dialect limits those; 0 for no limit. */
  rateLimitPerAddress: number;
  /** The account whose stream needs no key; null for none. */
  publicEventsAccount: string | null;
  signupsPerHour: number;
  /** Loopback and private addresses may be reached: local development. */
  allowPrivateTargets: boolean;
  /** Requests of an account, UTC. */
  dailyLimit: number;
  monthlyLimit: number;
  /** Per account and per address, in ten minutes. */
  passwordTries: number;
  /** Our host name as the world knows it; null: the one that a request came to. */
  publicHost: string | null;
  /** Regions that checks are made from. */
  checkerRegions: readonly string[];
  /** Monitors of one account. */
  maxMonitors: number;
  /** Checks a minute of one target host, by the monitors of all accounts. */
  hostChecksPerMinute: number;
  /** Points that a new account begins with; one is spent per check. */
  pointsAtSignup: number;
  /** Requests a minute of one runner. */
  runnerRateLimit: number;
  /** Milliseconds without a sign of life after which a runner is lost: with heartbeats, without. */
  runnerTimeoutMs: number;
  runnerTimeoutLegacyMs: number;
  /** Milliseconds that experiments are kept after their end. */
  experimentRetentionMs: number;
  /** Launches that run at once: of the deployment, and of one account. */
  maxLaunches: number;
  maxLaunchesPerAccount: number;
  /** How long launches are kept after their end, with their consoles and files; milliseconds. */
  launchRetentionMs: number;
  /** Bytes of files that one account's agents may keep. */
  maxFileBytes: number;
  /** Id of the deployed version of the Worker. */
  version: string;
}

/** All that a verb may touch. Built once per request by `runtime/context.ts`. */
export interface Ctx<A extends Actor = Actor> {
  actor: A;
  /** Where the caller found us, such as `https://outrider.example`. */
  origin: string;
  db: Database;
  ports: Ports;
  settings: Settings;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Work that may finish after the answer. */
  defer: (work: Promise<unknown>) => void;
  log: Log;
}

/** What the clock and the queues work with: nobody asks. */
export type SystemCtx = Pick<Ctx, "db" | "ports" | "settings" | "now" | "log">;

export interface Log {
  info(event: string, fields?: Record<string, unknown>): void;
  /** `error` is logged by name and stack, never with a database statement's parameters. */
  error(event: string, error: unknown, fields?: Record<string, unknown>): void;
}
