import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { findOwned, notFound } from "./owned.ts";

/**
 * A push monitor's sign of life. The first one arms it.
 * @throws Fault NOT_FOUND for an unknown monitor, another account's, or one that is no push
 * monitor; FORBIDDEN for a read-only key.
 */
export async function sendSignal(ctx: Ctx, id: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const row = await findOwned(ctx, accountId, id);
  if (row.kind !== "push") throw notFound();
  await ctx.ports.shards.signal(row.shard, accountId, id);
}
