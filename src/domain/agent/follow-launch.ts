import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Launch, LaunchStatus } from "./launch.ts";

/** What a follower of a launch is told, in order. */
export type LaunchNews =
  /** First of all, and whenever it changes; the end is told by `ended` alone. */
  | { type: "status"; status: Exclude<LaunchStatus, "ended"> }
  /** Positions as in `ConsolePiece`. */
  | { type: "console"; from: number; to: number; text: string }
  /** A result was set; JSON text. Of several in one moment, the last. */
  | { type: "result"; json: string }
  /** Nothing happened for ten seconds. */
  | { type: "quiet" }
  /** Last of all. */
  | { type: "ended"; launch: Launch; resultObject: string | null };

export interface FollowLaunchInput {
  launchId: number;
  /** Console from here on; 0 when absent. */
  fromByte?: number;
}

/**
 * Tells what a launch does from now until its end. It waits at the agent's object for what is new,
 * ten seconds at a time; leaving the loop (`return()`, or `break`) ends it at the next of these.
 * @throws Fault NOT_FOUND before the first news.
 */
// oxlint-disable-next-line require-yield -- It has nothing to tell yet.
export async function* followLaunch(
  _ctx: Ctx,
  _input: FollowLaunchInput,
): AsyncGenerator<LaunchNews, void, undefined> {
  throw new Fault("UNAVAILABLE", "There is no output yet.");
}
