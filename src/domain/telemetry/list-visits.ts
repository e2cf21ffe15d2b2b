import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { PageOf, PageRequest, Visit, VisitFilter } from "./telemetry.ts";

/** The account's visits, newest first by their start. */
export async function listVisits(
  ctx: Ctx,
  filter: VisitFilter,
  page: PageRequest,
): Promise<PageOf<Visit>> {
  const { accountId } = assertAccount(ctx);
  return ctx.ports.telemetry.visits(accountId, filter, page);
}
