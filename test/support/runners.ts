import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, vi } from "vitest";
import worker from "../../src/index.ts";
import { ask, call } from "./api.ts";

/** What is owed has its messages under way, which must not meet a Worker that is gone. */
afterAll(async () => {
  const owed = env.DB.prepare(`SELECT 1 FROM experiments WHERE report_due_at IS NOT NULL
    UNION ALL SELECT 1 FROM notifications WHERE occasion = 'experiment' AND due_at IS NOT NULL
    UNION ALL SELECT 1 FROM experiment_events`);
  await vi.waitUntil(async () => (await owed.first()) === null, { timeout: 20_000 });
});

export type Json = Record<string, unknown>;

/** Makes a runner and gives its token. */
export async function newRunner(key: string, name: string): Promise<string> {
  const { status, body } = await call<{ token: string }>(key, "POST", "/manage/runners", { name });
  if (status !== 201) throw new Error(`No runner: ${status} ${JSON.stringify(body)}`);
  return body.token;
}

/** Queues an experiment; its toolchains are stable and beta. */
export async function newExperiment(key: string, wish: Json & { name: string }): Promise<Json> {
  const { status, body } = await call<{ experiment: Json }>(key, "POST", "/manage/experiments", {
    crates: crates(2),
    toolchains: [{ Dist: "stable" }, { Dist: "beta" }],
    mode: "BuildAndTest",
    ...wish,
  });
  if (status !== 201) throw new Error(`No experiment: ${status} ${JSON.stringify(body)}`);
  return body.experiment;
}

export function crates(count: number, from = 0): Json[] {
  return Array.from({ length: count }, (_, index) => ({
    Registry: { name: `crate-${from + index}`, version: "1.0.0" },
  }));
}

export async function readExperiment(key: string, name: string) {
  const { body } = await call<{
    experiment: {
      status: string;
      assigned_to: string | null;
      progress: { done: number; total: number };
      report_url: string;
      reported_at: string | null;
    };
  }>(key, "GET", `/manage/experiments/${name}`);
  return body.experiment;
}

type Send = (method: string, path: string, body?: unknown) => Promise<Response>;

export interface LegacyRunner {
  send: Send;
  next: () => Promise<(Json & { name: string; crates: Json[]; toolchains: Json[] }) | null>;
  record: (crate: unknown, toolchain: unknown, result: string, log?: string) => Promise<Response>;
  complete: () => Promise<Response>;
}

/** A runner written against wire/crater.md, and `record-result` of its day. */
export function legacyRunner(token: string, asked = ask): LegacyRunner {
  const send = sender(`token ${token}`, asked);
  return {
    send,
    next: async () => (await send("GET", "next-experiment")).json(),
    record: (crate, toolchain, result, log = "") =>
      send("POST", "record-result", { crate, toolchain, result, log: btoa(log), shas: [] }),
    complete: () => send("POST", "complete-experiment"),
  };
}

export interface CurrentRunner {
  send: Send;
  next: () => Promise<(Json & { name: string }) | null>;
  crate: (experiment: string) => Promise<Json | null>;
  progress: (
    experiment: string,
    crate: Json,
    toolchain: unknown,
    result: string,
  ) => Promise<Response>;
  heartbeat: () => Promise<Response>;
}

/** A runner of today. */
export function currentRunner(token: string, asked = ask): CurrentRunner {
  const send = sender(`CraterToken ${token}`, asked);
  const result = async <T>(response: Response): Promise<T> => {
    const body = await response.json<{ status: string; result: T }>();
    if (body.status !== "success") throw new Error(`${response.status} ${JSON.stringify(body)}`);
    return body.result;
  };
  return {
    send,
    next: async () => result(await send("POST", "next-experiment", {})),
    crate: async (experiment) => result(await send("POST", "next-crate", experiment)),
    progress: (experiment, crate, toolchain, found) =>
      send("POST", "record-progress", {
        "experiment-name": experiment,
        result: { crate, toolchain, result: found, log: btoa(`log of ${found}`) },
        version: null,
      }),
    heartbeat: () => send("POST", "heartbeat", { id: 1 }),
  };
}

function sender(authorization: string, asked: typeof ask): Send {
  return (method, path, body) =>
    asked(`/agent-api/${path}`, {
      method,
      headers: {
        authorization,
        "user-agent": "crater/0a1b2c3 (https://github.com/rust-lang/crater)",
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

/** The cron's minute. */
export async function minutePasses(settings: object = {}): Promise<void> {
  const controller = createScheduledController({ cron: "* * * * *", scheduledTime: new Date() });
  const execution = createExecutionContext();
  await worker.scheduled(controller, { ...env, ...settings });
  await waitOnExecutionContext(execution);
}

/** Makes a runner one that was last heard of so long ago. */
export async function silent(token: string, milliseconds: number): Promise<void> {
  await env.DB.prepare("UPDATE runners SET last_seen_at = ? WHERE prefix = ?")
    .bind(Date.now() - milliseconds, token.slice(0, 12))
    .run();
}
