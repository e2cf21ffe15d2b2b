import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Check } from "./monitor.ts";
import { findOwned } from "./owned.ts";
import { makeChecks, recordAndConfirm } from "./make-checks.ts";

/** Checks on demand of one host, by all accounts. */
const PER_HOST = { tries: 30, seconds: 60 };

/**
 * Makes one check now, which counts like any other, and resolves with it.
 * @throws Fault NOT_FOUND; BAD_REQUEST for a push monitor; RATE_LIMITED for too many of one host;
 * LIMIT_REACHED without points; UNAVAILABLE when no checker could be reached.
 */
export async function checkNow(ctx: Ctx, id: number): Promise<Check> {
  const { accountId } = assertCanAct(ctx);
  const row = await findOwned(ctx, accountId, id);
  if (row.kind === "push" || row.host === null) {
    throw new Fault("BAD_REQUEST", "A push monitor waits for signals: there is nothing to check.");
  }
  await ctx.ports.meter.attempt(`check:${row.host}`, PER_HOST.tries, PER_HOST.seconds);
  const { shards } = ctx.ports;
  const planned = await shards.dueNow(row.shard, accountId, id);
  const made = await makeChecks(ctx, row.shard, [planned]);
  const { recorded, confirm } = await shards.record(row.shard, made);
  // What it makes others ask need not keep the caller waiting.
  if (confirm.length > 0) ctx.defer(recordAndConfirm(ctx, row.shard, confirm));
  const check = recorded.find((one) => one.id === planned.id);
  if (!check) throw new Fault("UNAVAILABLE", "No checker could be reached: try again.");
  return check;
}
