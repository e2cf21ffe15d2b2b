import type { ListedRunner } from "../../store/runner.ts";
import type { Actor, Ctx } from "../context.ts";
import { Fault } from "../errors.ts";

/** A remote machine that pulls work, as its owner sees it. Times in milliseconds. */
export interface Runner {
  id: number;
  name: string;
  capabilities: string[];
  /** What it says that it was built from. */
  revision: string | null;
  lastSeenAt: number | null;
  /** Name of what it works on. */
  experiment: string | null;
  createdAt: number;
}

/** What a runner can do that never said so. */
export const DEFAULT_CAPABILITIES = ["linux"];

export function runnerOf({ runner, experiment }: ListedRunner): Runner {
  const { id, name, revision, lastSeenAt, createdAt } = runner;
  const capabilities = JSON.parse(runner.capabilities) as string[];
  return { id, name, capabilities, revision, lastSeenAt, experiment, createdAt };
}

export type RunnerActor = Extract<Actor, { type: "runner" }>;

/** The runner that asks. @throws Fault UNAUTHENTICATED when somebody else does. */
export function assertRunner(ctx: Ctx): RunnerActor {
  if (ctx.actor.type === "runner") return ctx.actor;
  throw new Fault("UNAUTHENTICATED", "A runner's token is required.");
}
