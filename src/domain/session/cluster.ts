import { latestTerm, recordDeployment } from "../../store/deployment.ts";
import { countByRegion } from "../../store/session.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";

/** A region that holds sessions. */
export interface Node {
  region: string;
  leader: boolean;
  healthy: boolean;
  /** The caller's own. */
  sessions: number;
}

/** Number of the deployment that serves: versions seen so far. */
export async function currentTerm(ctx: Ctx): Promise<number> {
  const known = await latestTerm(ctx.db);
  if (known > 0) return known;
  await recordDeployment(ctx.db, ctx.settings.version, ctx.now());
  return latestTerm(ctx.db);
}

/** Every region, the leader first, with what it answers right now. */
export async function listNodes(ctx: Ctx): Promise<Node[]> {
  const { accountId } = assertAccount(ctx);
  const { regions } = ctx.settings;
  const [held, answers] = await Promise.all([
    countByRegion(ctx.db, accountId),
    Promise.all(regions.map((region) => ctx.ports.regions.healthy(region))),
  ]);
  return regions.map((region, index) => ({
    region,
    leader: index === 0,
    healthy: answers[index] ?? false,
    sessions: held.get(region) ?? 0,
  }));
}
