import { type DueAgent, dueAgents, insertDueLaunch } from "../../store/launch.ts";
import type { SystemCtx } from "../context.ts";
import { scheduleOf } from "./agent.ts";
import { MAX_QUEUED } from "./rules.ts";
import { nextLaunch } from "./schedule.ts";
import { wakeLaunches } from "./wake.ts";

const PAGE = 200;
const MAX_PAGES = 25;

/**
 * Queues the launches whose schedule's time has come. Minutes in which nobody came are made up for
 * by one launch, however many they were.
 * @returns How many were queued.
 */
export async function launchDueAgents(ctx: SystemCtx): Promise<number> {
  let queued = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const due = await dueAgents(ctx.db, ctx.now(), PAGE);
    let added = 0;
    for (const agent of due) if (await launchDue(ctx, agent)) added += 1;
    if (added > 0) await wakeLaunches(ctx, added);
    queued += added;
    if (due.length < PAGE) break;
  }
  return queued;
}

function launchDue(ctx: SystemCtx, agent: DueAgent): Promise<boolean> {
  const schedule = scheduleOf(agent);
  const now = ctx.now();
  const next = schedule && nextLaunch(schedule, now);
  return insertDueLaunch(ctx.db, agent, { now, next, max: MAX_QUEUED });
}
