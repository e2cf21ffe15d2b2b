import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { VisitOutcome } from "./telemetry.ts";

/**
 * Closes a visit. Closing it again changes nothing: the first outcome stands.
 * @returns How many visits are active now.
 * @throws Fault NOT_FOUND
 */
export async function endVisit(ctx: Ctx, visitId: string, outcome: VisitOutcome): Promise<number> {
  const { accountId } = assertCanAct(ctx);
  return ctx.ports.telemetry.end(accountId, visitId, outcome);
}
