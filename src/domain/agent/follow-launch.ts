import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { ConsolePiece, Launch, LaunchStatus } from "./launch.ts";

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

/**
 * A launch as soon as there is more of it than is known, or when the time is up. The wait is one
 * call at the agent's object, so a follower that leaves costs nothing after it.
 * @throws Fault NOT_FOUND
 */
export async function followLaunch(_ctx: Ctx, _input: FollowLaunchInput): Promise<LaunchGlimpse> {
  throw new Fault("UNAVAILABLE", "There is no output yet.");
}
