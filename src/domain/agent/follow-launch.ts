import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { type ConsolePiece, type Launch, launchOf, type LaunchStatus } from "./launch.ts";
import { launchInAccount } from "./read-launches.ts";

/** What is known already; a follower begins with `queued`, 0 and 0. */
export interface FollowLaunchInput {
  launchId: number;
  status: LaunchStatus;
  /** Bytes of the console: `console.to` of the look before. */
  fromByte: number;
  /** `results` of the look before. */
  results: number;
  /** How long to wait for more, in milliseconds; at most ten seconds are waited. */
  withinMs: number;
}

export interface LaunchGlimpse {
  /** Ended only once all of the console and the result are here. */
  launch: Launch;
  console: ConsolePiece;
  /** JSON text, as it was last set; null when the script set none yet. */
  resultObject: string | null;
  /** How often it was set. */
  results: number;
}

/** The catalogue hears of an end right after the agent's object, which is where news are heard. */
const SETTLES_WITHIN_MS = 2000;
const LOOK_AGAIN_MS = 50;

/**
 * A launch as soon as there is more of it than is known, or when the time is up. The wait is one
 * call at the agent's object, so a follower that leaves costs nothing after it.
 * @throws Fault NOT_FOUND
 */
export async function followLaunch(ctx: Ctx, input: FollowLaunchInput): Promise<LaunchGlimpse> {
  const { accountId } = assertAccount(ctx);
  const { launchId, status, fromByte, results, withinMs } = input;
  let row = await launchInAccount(ctx, accountId, launchId);
  const known = { launchId, begun: status !== "queued", fromByte, results };
  // What has ended has told everything: there is nothing to wait for.
  const wait = row.state === "ended" ? 0 : withinMs;
  const reading = await ctx.ports.agents.wait(row.agentId, known, wait);
  const { launch: output } = reading;
  if (output?.end || (output?.begun && row.startedAt === null)) {
    const deadline = ctx.now() + Math.min(SETTLES_WITHIN_MS, Math.max(withinMs, LOOK_AGAIN_MS));
    const isBehind = () => (output.end ? row.state !== "ended" : row.startedAt === null);
    while (isBehind() && ctx.now() < deadline) {
      row = await launchInAccount(ctx, accountId, launchId);
      if (isBehind()) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
  return {
    launch: launchOf(row),
    console: reading.console,
    resultObject: output?.resultObject ?? null,
    results: output?.results ?? 0,
  };
}
