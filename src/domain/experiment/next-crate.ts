import { dealCrate } from "../../store/experiment-crate.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Json } from "./experiment.ts";
import { assertRunner } from "./runner.ts";
import { eventOf, tellOwed } from "./tell.ts";

/** A crate without a result for so long is dealt again. */
const LEASE_MS = 20 * 60_000;

/**
 * Deals the runner a crate of its experiment, by name; null when there is none to be dealt, or the
 * experiment is not the runner's any more.
 * @throws Fault NOT_FOUND when there is no such experiment.
 */
export async function nextCrate(ctx: Ctx, experiment: string): Promise<Json | null> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const deal = { accountId, experiment, runnerId, now: ctx.now(), leaseMs: LEASE_MS };
  const again = { ...eventOf(ctx, "crate_dealt_again"), runner: name };
  const dealt = await dealCrate(ctx.db, deal, again);
  if (dealt === undefined) throw new Fault("NOT_FOUND", "Experiment not found");
  if (dealt === null) return null;
  if (dealt.deals > 1) await tellOwed(ctx, accountId);
  return JSON.parse(dealt.crate) as Json;
}
