import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { NewVisit } from "./telemetry.ts";

/**
 * Announces a visit. The same one again changes nothing.
 * @returns How many visits are active now.
 * @throws Fault CONFLICT when the id is taken by a visit with other data.
 */
export async function registerVisit(ctx: Ctx, visit: NewVisit): Promise<number> {
  const { accountId } = assertCanAct(ctx);
  return ctx.ports.telemetry.register(accountId, visit);
}
