import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { VisitReading } from "./telemetry.ts";

/** One visit with its newest events. @throws Fault NOT_FOUND */
export async function getVisit(ctx: Ctx, visitId: string): Promise<VisitReading> {
  const { accountId } = assertAccount(ctx);
  return ctx.ports.telemetry.visit(accountId, visitId);
}
