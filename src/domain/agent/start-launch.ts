import { customAlphabet } from "nanoid";
import { claimNext, requeue } from "../../store/launch-queue.ts";
import type { SystemCtx } from "../context.ts";
import { wakeLaunches } from "./wake.ts";

const newClaim = customAlphabet("0123456789abcdef", 24);

/** Who has claimed a launch and not handed it over by then has died. */
const CLAIM_LAPSES_MS = 20_000;
const AGAIN_MS = 5000;

/**
 * Starts the launch whose turn it is: whoever asks, and however often, each launch is started once.
 * The run goes on in an object of its own, which outlives whoever asked, can be aborted, and whose
 * alarm finds it dead.
 * @returns False when none may start now.
 */
export async function startNextLaunch(ctx: SystemCtx): Promise<boolean> {
  const { maxLaunches, maxLaunchesPerAccount } = ctx.settings;
  const claim = newClaim();
  const now = ctx.now();
  const next = await claimNext(ctx.db, {
    claim,
    now,
    until: now + CLAIM_LAPSES_MS,
    caps: { deployment: maxLaunches, account: maxLaunchesPerAccount },
  });
  if (!next) return false;
  const order = { launchId: next.id, claim };
  try {
    await ctx.ports.launches.start(order);
  } catch (error) {
    // Should it have been handed over all the same, its claim is no longer good.
    if (await requeue(ctx.db, order, now + AGAIN_MS)) await wakeLaunches(ctx, 1, AGAIN_MS);
    throw error;
  }
  return true;
}
