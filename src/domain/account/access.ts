import type { AccountActor, Actor, Ctx } from "../context.ts";
import { Fault } from "../errors.ts";

/**
 * The account that asks, whatever its key's scope.
 * @throws Fault UNAUTHENTICATED when nobody asks, FORBIDDEN for the operator.
 */
export function assertAccount(ctx: Ctx): AccountActor {
  if (ctx.actor.type === "account") return ctx.actor;
  if (ctx.actor.type === "operator" || ctx.actor.type === "runner") {
    throw new Fault("FORBIDDEN", "This needs an account's key.");
  }
  throw new Fault("UNAUTHENTICATED", "An API key is required.");
}

/**
 * The account that asks, with a key that may change things and act.
 * @throws Fault FORBIDDEN for a read-only key, and as {@link assertAccount} does.
 */
export function assertCanAct(ctx: Ctx): AccountActor {
  const actor = assertAccount(ctx);
  if (actor.scope === "read") throw new Fault("FORBIDDEN", "This key can only read.");
  return actor;
}

/**
 * The operator.
 * @throws Fault UNAUTHENTICATED when nobody asks, FORBIDDEN for an account.
 */
export function assertOperator(ctx: Ctx): Extract<Actor, { type: "operator" }> {
  if (ctx.actor.type === "operator") return ctx.actor;
  if (ctx.actor.type === "account" || ctx.actor.type === "runner") {
    throw new Fault("FORBIDDEN", "This needs the operator's key.");
  }
  throw new Fault("UNAUTHENTICATED", "The operator's key is required.");
}
