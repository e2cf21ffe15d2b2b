import type { Ctx } from "../context.ts";
import type { Usage } from "../ports.ts";
import { assertAccount } from "./access.ts";
import { getAccount } from "./get-account.ts";

export interface UsageReport extends Usage {
  limits: {
    /** Of each key. */
    requestsPerMinute: number;
    /** Of the account, UTC. */
    requestsPerDay: number;
    requestsPerMonth: number;
    /** Live at once. */
    sessions: number;
  };
  points: number;
  /** Points spent this month. */
  cost: number;
}

/** What the account used, and what it may use. */
export async function getUsage(ctx: Ctx): Promise<UsageReport> {
  const { accountId } = assertAccount(ctx);
  const [{ day, month }, { points }] = await Promise.all([
    ctx.ports.meter.usage(accountId),
    getAccount(ctx),
  ]);
  const { settings } = ctx;
  return {
    day,
    month,
    limits: {
      requestsPerMinute: settings.rateLimitPerMinute,
      requestsPerDay: settings.dailyLimit,
      requestsPerMonth: settings.monthlyLimit,
      sessions: settings.maxSessions,
    },
    points,
    // Requests and sessions cost none, whatever their number.
    cost: 0,
  };
}
