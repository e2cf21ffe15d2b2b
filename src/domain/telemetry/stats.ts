import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { Stats } from "./telemetry.ts";

/** Totals and proxies of the account. */
export async function readStats(ctx: Ctx): Promise<Stats> {
  const { accountId } = assertAccount(ctx);
  return ctx.ports.telemetry.stats(accountId);
}

/**
 * How many visits are active: of the account that asks, or of the one whose stream is public.
 */
export async function countActive(ctx: Ctx): Promise<number> {
  const account =
    ctx.actor.type === "account" ? ctx.actor.accountId : ctx.settings.publicEventsAccount;
  return account === null ? 0 : (await ctx.ports.telemetry.totals(account)).active;
}
