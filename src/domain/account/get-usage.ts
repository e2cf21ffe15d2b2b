import type { Ctx } from "../context.ts";
import type { Usage } from "../ports.ts";
import { assertAccount } from "./access.ts";
import { getAccount } from "./get-account.ts";

export interface UsageReport extends Usage {
  limits: {
    /** Of each key. */
    requestsPerMinute: number;
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
  const { rateLimitPerMinute, maxSessions } = ctx.settings;
  return {
    day,
    month,
    limits: { requestsPerMinute: rateLimitPerMinute, sessions: maxSessions },
    points,
    // Requests and sessions cost none, whatever their number.
    cost: 0,
  };
}
