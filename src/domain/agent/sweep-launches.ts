import {
  expiredLaunches,
  forgetLaunches,
  forgetLaunchesOf,
  forgetRemains,
  remainingAgents,
} from "../../store/launch-afterlife.ts";
import type { SystemCtx } from "../context.ts";
import { agentFolder, launchFolder } from "./launch.ts";

const PAGE = 200;
const MAX_PAGES = 5;
/** Deleted agents cleared away at once, and how much of each. */
const REMAINS = 10;
const LAUNCHES_AT_ONCE = 1000;
const FILE_PAGES = 5;

/** Forgets launches whose time is over: their files and consoles first, then themselves. */
export async function sweepLaunches(ctx: SystemCtx): Promise<void> {
  const { agents, files } = ctx.ports;
  const before = ctx.now() - ctx.settings.launchRetentionMs;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const expired = await expiredLaunches(ctx.db, before, PAGE);
    for (const [agentId, own] of Map.groupBy(expired, (launch) => launch.agentId)) {
      for (const { accountId, launchNumber, files: left } of own) {
        if (left !== null) await files.removeFolder(accountId, launchFolder(agentId, launchNumber));
      }
      const ids = own.map(({ id }) => id);
      await agents.forget(agentId, ids);
      await forgetLaunches(ctx.db, agentId, ids);
    }
    if (expired.length < PAGE) return;
  }
}

/** Clears away what is left of deleted agents, a part at a time. */
export async function clearRemains(ctx: SystemCtx): Promise<void> {
  const { agents, files } = ctx.ports;
  for (const { agentId, accountId } of await remainingAgents(ctx.db, REMAINS)) {
    const launchesGone = await forgetLaunchesOf(ctx.db, agentId, LAUNCHES_AT_ONCE);
    const filesGone = await files.removeFolder(accountId, agentFolder(agentId), FILE_PAGES);
    if (!launchesGone || !filesGone) continue;
    await agents.destroy(agentId);
    await forgetRemains(ctx.db, agentId);
  }
}
