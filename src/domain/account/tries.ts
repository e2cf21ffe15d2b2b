import type { Ctx } from "../context.ts";
import { visitorOf } from "./address.ts";

const WINDOW_S = 600;

/**
 * Counts one try at what a password or a mailed token opens: against the account (or the address
 * that somebody says is theirs), and against where it comes from. Before any password is hashed.
 * @param whose An account's id, or an e-mail address; null when only the visitor is known.
 * @throws Fault RATE_LIMITED when either has used up its tries of ten minutes.
 */
export async function assertMayTry(ctx: Ctx, door: string, whose: string | null): Promise<void> {
  const { meter } = ctx.ports;
  const { passwordTries } = ctx.settings;
  if (ctx.actor.type === "anonymous") {
    await meter.attempt(`${door}:from:${visitorOf(ctx.actor.address)}`, passwordTries, WINDOW_S);
  }
  if (whose !== null) await meter.attempt(`${door}:of:${whose}`, passwordTries, WINDOW_S);
}
