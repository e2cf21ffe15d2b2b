import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { NewEvent } from "./telemetry.ts";

/**
 * Logs events of visits, ended ones included; all of them or none.
 * @returns Their ids, in order.
 * @throws Fault NOT_FOUND when one names a visit that is not known.
 */
export async function logEvents(ctx: Ctx, events: NewEvent[]): Promise<number[]> {
  const { accountId } = assertCanAct(ctx);
  return ctx.ports.telemetry.log(accountId, events);
}
