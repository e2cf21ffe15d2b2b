import { createExecutionContext, createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Ctx } from "../../src/domain/context.ts";
import {
  type AgentOutput,
  type AgentSettings,
  createAgent,
  createScript,
  getLaunch,
  type Launch,
  type LaunchDetails,
  launchAgent,
  type LaunchAgentInput,
  readOutput,
} from "../../src/domain/agent/index.ts";
import { scheduled } from "../../src/runtime/scheduled.ts";
import { contextFor, identify } from "../../src/runtime/context.ts";
import { type Account, newAccount, ORIGIN } from "./api.ts";

/** What a verb is asked with by whoever has a key. */
export async function ctxOf(key: string, settings: Record<string, unknown> = {}): Promise<Ctx> {
  const ours = Object.keys(settings).length === 0 ? env : { ...env, ...settings };
  const ctx = contextFor(ours as Env, createExecutionContext(), new Request(ORIGIN), "test");
  const actor = await identify(ours as Env, ctx, key, true);
  if (!actor) throw new Error("The key opens nothing");
  return { ...ctx, actor };
}

export interface Owner {
  account: Account;
  ctx: Ctx;
}

export async function newOwner(): Promise<Owner> {
  const account = await newAccount();
  return { account, ctx: await ctxOf(account.key) };
}

/** An agent with a script of its own. */
export async function newAgent(
  ctx: Ctx,
  text: string,
  settings: Partial<AgentSettings> = {},
): Promise<number> {
  const name = `script-${crypto.randomUUID()}.js`;
  await createScript(ctx, { name, text });
  const { id } = await createAgent(ctx, { name: "Agent", script: name, ...settings });
  return id;
}

/** Launches an agent, and waits for the end. */
export async function launched(
  ctx: Ctx,
  agentId: number,
  input: Omit<LaunchAgentInput, "agentId"> = {},
): Promise<LaunchDetails> {
  const { launchId } = await launchAgent(ctx, { agentId, ...input });
  await ended(ctx, launchId);
  return getLaunch(ctx, launchId);
}

export function ended(ctx: Ctx, launchId: number): Promise<Launch> {
  return eventually(async () => {
    const launch = await getLaunch(ctx, launchId);
    return launch.status === "ended" ? launch : null;
  });
}

export function running(ctx: Ctx, launchId: number): Promise<Launch> {
  return eventually(async () => {
    const launch = await getLaunch(ctx, launchId);
    return launch.status === "running" ? launch : null;
  });
}

/** Asks again until there is something. */
export async function eventually<T>(look: () => Promise<T | null>, ms = 20_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error("It did not come to that");
    await scheduler.wait(25);
  }
}

export function outputOf(ctx: Ctx, agentId: number): Promise<AgentOutput> {
  return readOutput(ctx, { agentId, messages: { last: 20 } });
}

/** The clock comes by. */
export async function minutePasses(at = Date.now()): Promise<void> {
  await scheduled(createScheduledController({ scheduledTime: new Date(at) }), env);
}

/**
 * For the end of a test file: nothing runs or waits any more, so that no message of the queue meets
 * a Worker that is gone.
 */
export async function nothingRuns(): Promise<void> {
  const open = env.DB.prepare("SELECT 1 FROM launches WHERE state <> 'ended' LIMIT 1");
  await eventually(async () => ((await open.first()) === null ? true : null), 30_000);
}
