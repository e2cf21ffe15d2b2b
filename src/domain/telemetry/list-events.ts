import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { EventFilter, PageOf, PageRequest, TelemetryRecord } from "./telemetry.ts";

/** The account's events that are kept, newest first. */
export async function listEvents(
  ctx: Ctx,
  filter: EventFilter,
  page: PageRequest,
): Promise<PageOf<TelemetryRecord>> {
  const { accountId } = assertAccount(ctx);
  return ctx.ports.telemetry.events(accountId, filter, page);
}
