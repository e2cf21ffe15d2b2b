import {
  acceptClaim,
  beginLaunch as writeBegin,
  type ClaimedLaunch,
  moveOverdue,
  requeue,
} from "../../store/launch-queue.ts";
import type { SystemCtx } from "../context.ts";
import { type EndingLaunch, endingLaunch } from "./end-launch.ts";
import type { LaunchOrder } from "./live.ts";
import { type Prepared, prepareLaunch } from "./prepare.ts";
import { wakeLaunches } from "./wake.ts";

/** Beyond its wait for a browser, and beyond its time limit. */
const GRACE_MS = 60_000;

/** A launch that was taken on: what it is, and what it is to run. */
export interface TakenLaunch extends ClaimedLaunch {
  identity: EndingLaunch;
  prepared: Prepared;
}

/**
 * Takes on a launch that was handed over. Null when that came too late: it is somebody else's.
 * @param waitMs How long it may wait for a browser.
 */
export async function takeOn(
  ctx: Pick<SystemCtx, "db" | "now">,
  order: LaunchOrder,
  waitMs: number,
): Promise<TakenLaunch | null> {
  const claimed = await acceptClaim(ctx.db, order, ctx.now() + waitMs + GRACE_MS);
  if (!claimed) return null;
  const identity = endingLaunch(claimed.launch, claimed.agent, order.claim);
  return { ...claimed, identity, prepared: await prepareLaunch(ctx, claimed) };
}

/**
 * The launch has its browser, and begins.
 * @param endsAt When its time is up.
 * @returns False when it is somebody else's by now.
 */
export function beginLaunch(
  ctx: Pick<SystemCtx, "db">,
  order: LaunchOrder,
  { startedAt, endsAt }: { startedAt: number; endsAt: number },
): Promise<boolean> {
  return writeBegin(ctx.db, order, { startedAt, overdueAt: endsAt + GRACE_MS });
}

/** Its time is up at another moment. */
export function moveEnd(
  ctx: Pick<SystemCtx, "db">,
  order: LaunchOrder,
  endsAt: number,
): Promise<void> {
  return moveOverdue(ctx.db, order, endsAt + GRACE_MS);
}

/**
 * A launch that has not begun goes back into the line, at its old place.
 * @returns False when it has begun, or is somebody else's.
 */
export async function putBack(
  ctx: Pick<SystemCtx, "db" | "ports" | "now" | "log">,
  order: LaunchOrder,
  afterMs: number,
): Promise<boolean> {
  const back = await requeue(ctx.db, order, ctx.now() + afterMs);
  if (back) await wakeLaunches(ctx, 1, afterMs);
  return back;
}
