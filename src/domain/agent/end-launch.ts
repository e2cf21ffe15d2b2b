import { type Claim, endLaunch as writeEnd, isHeld } from "../../store/launch-queue.ts";
import type { LaunchRow } from "../../store/launch.ts";
import type { AgentRow } from "../../store/agent.ts";
import type { NotifyWhen } from "../../store/schema/agent.ts";
import type { SystemCtx } from "../context.ts";
import { announce } from "../notification/index.ts";
import type { LaunchEnd, LaunchIdentity } from "./live.ts";
import type { RunEnd } from "./run.ts";
import { wakeLaunches } from "./wake.ts";

export const ABORTED = "Agent aborted";

/** What a run left and took. */
export interface Taken {
  files: [name: string, size: number][];
  letters: number;
}

/** A launch with what its end goes by. */
export interface EndingLaunch extends LaunchIdentity {
  agentId: number;
  claim: string;
  agentName: string;
  notify: NotifyWhen;
  /** It is tried again should it fail. */
  again: boolean;
}

export function endingLaunch(launch: LaunchRow, agent: AgentRow, claim: string): EndingLaunch {
  const { id: launchId, accountId, agentId, launchNumber, retryCount } = launch;
  const { name: agentName, notify, retries } = agent;
  const again = retryCount < retries;
  return { accountId, agentId, launchId, launchNumber, claim, agentName, notify, again };
}

/** The words that runs end with. */
export function endOf(end: RunEnd | { type: "lost" }, at: number): LaunchEnd {
  switch (end.type) {
    case "exited":
      return end.code === 0
        ? { status: "success", message: "Agent finished (success)", exitCode: 0, at }
        : failed(`Agent finished with exit code ${end.code}`, at, end.code);
    case "stopped":
      return failed(end.by === "time" ? "Execution time limit reached" : ABORTED, at);
    case "failed":
      return failed("Agent finished (error)", at);
    case "lost":
      return failed("Agent lost", at);
    default:
      return end satisfies never;
  }
}

/** A launch that came to no run. */
export function failedToLaunch(reason: string, at: number): LaunchEnd {
  return { status: "launch failed", message: reason, exitCode: null, at };
}

function failed(message: string, at: number, exitCode: number | null = null): LaunchEnd {
  return { status: "error", message, exitCode, at };
}

/**
 * Ends a launch: its output first, so that nobody who reads of the end misses a part of it, then
 * its news, then the catalogue. Safe to repeat; whoever comes first says how it ended.
 */
export async function endLaunch(
  ctx: SystemCtx,
  launch: EndingLaunch,
  wish: LaunchEnd,
  taken: Taken,
): Promise<void> {
  const { agentId, launchId, claim, agentName } = launch;
  const end = await ctx.ports.agents.end(agentId, launch, wish);
  const again = launch.again && end.status === "error" && end.message !== ABORTED;
  const held: Claim = { launchId, claim };
  if (isWorthTelling(launch.notify, end) && (await isHeld(ctx.db, held))) {
    await announce(ctx, launch.accountId, {
      key: `launch-${launchId}`,
      event: "launch.ended",
      at: end.at,
      title: `${agentName}: ${end.message}`,
      text: `Launch ${launch.launchNumber} of the agent ${agentName} has ended: ${end.message}.${again ? " It is tried again." : ""}`,
      mood: end.status === "success" ? "good" : "bad",
    });
  }
  const outcome = {
    ...end,
    files: taken.files.length === 0 ? null : JSON.stringify(taken.files),
    fileBytes: taken.files.reduce((sum, [, size]) => sum + size, 0),
    letters: taken.letters,
    month: monthOf(end.at),
  };
  const ended = await writeEnd(ctx.db, held, outcome, again);
  if (ended) await wakeLaunches(ctx, ended.retried ? 2 : 1);
}

function isWorthTelling(notify: NotifyWhen, { status }: LaunchEnd): boolean {
  return notify === "always" || (notify === "error" && status !== "success");
}

/** Months since year 0, UTC. */
export function monthOf(at: number): number {
  const date = new Date(at);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
