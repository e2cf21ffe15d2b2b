import { findExperiment } from "../../store/experiment.ts";
import { dealCrate } from "../../store/experiment-crate.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Json } from "./experiment.ts";
import { assertRunner } from "./runner.ts";
import { crateName } from "./spelling.ts";
import { tell } from "./tell.ts";

/** A crate without a result for so long is dealt again. */
const LEASE_MS = 20 * 60_000;

/**
 * Deals the runner a crate of its experiment; null when there is none to be dealt, or the
 * experiment is not the runner's any more.
 * @throws Fault NOT_FOUND when there is no such experiment.
 */
export async function nextCrate(ctx: Ctx, experimentName: string): Promise<Json | null> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const found = await findExperiment(ctx.db, accountId, { name: experimentName });
  if (!found) throw new Fault("NOT_FOUND", "Experiment not found");
  const { id: experimentId } = found.experiment;
  const deal = { experimentId, runnerId, now: ctx.now(), leaseMs: LEASE_MS };
  const dealt = await dealCrate(ctx.db, deal);
  if (!dealt) return null;
  const crate = JSON.parse(dealt.crate) as Json;
  if (dealt.deals > 1) {
    const details = { crate: crateName(crate), runner: name, deals: dealt.deals };
    await tell(ctx, accountId, experimentName, "crate_dealt_again", details);
  }
  return crate;
}
