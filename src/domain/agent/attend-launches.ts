import { abandonLaunch, overdueLaunches, requeue } from "../../store/launch-queue.ts";
import type { SystemCtx } from "../context.ts";
import { endingLaunch, endLaunch, endOf } from "./end-launch.ts";
import { startNextLaunch } from "./start-launch.ts";
import { wakeLaunches } from "./wake.ts";

/** Launches that the clock starts itself; beyond these it wakes others. */
const STARTED_AT_ONCE = 20;

/**
 * The clock's look at all launches under way: one that was claimed and never taken on goes back
 * into the line, one whose end is overdue is looked after by its object, or lost with it. Then
 * those that nobody woke are started.
 */
export async function attendLaunches(ctx: SystemCtx): Promise<void> {
  for (const { launch, agent } of await overdueLaunches(ctx.db, ctx.now())) {
    const { id: launchId, claim, state } = launch;
    if (claim === null) continue;
    const order = { launchId, claim };
    try {
      if (!agent) {
        await abandonLaunch(ctx.db, order, ctx.now());
      } else if (state === "starting") {
        await requeue(ctx.db, order, 0);
      } else if (!(await attended(ctx, order))) {
        const end = endOf({ type: "lost" }, ctx.now());
        const taken = { files: [], letters: 0 };
        await endLaunch(ctx, endingLaunch(launch, agent, claim), end, taken);
      }
    } catch (error) {
      ctx.log.error("attend_launch", error, { launch: launchId });
    }
  }
  for (let started = 0; started < STARTED_AT_ONCE; started += 1) {
    if (!(await startNextLaunch(ctx))) return;
  }
  await wakeLaunches(ctx, STARTED_AT_ONCE);
}

/** Whether the launch's object knows of it. One that does not answer does not. */
async function attended(
  ctx: SystemCtx,
  order: { launchId: number; claim: string },
): Promise<boolean> {
  try {
    return await ctx.ports.launches.attend(order);
  } catch (error) {
    ctx.log.error("launch_object", error, { launch: order.launchId });
    return false;
  }
}
