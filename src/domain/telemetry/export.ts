import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { EventFilter, Portion, TelemetryRecord, Visit, VisitFilter } from "./telemetry.ts";

/** All visits, newest first, a portion at a time: what is read next is fetched when it is wanted. */
export function exportVisits(ctx: Ctx, filter: VisitFilter): AsyncGenerator<Visit[]> {
  const { accountId } = assertAccount(ctx);
  return portions((from) => ctx.ports.telemetry.exportVisits(accountId, filter, from));
}

/** All events that are kept, newest first, a portion at a time. */
export function exportEvents(ctx: Ctx, filter: EventFilter): AsyncGenerator<TelemetryRecord[]> {
  const { accountId } = assertAccount(ctx);
  return portions((from) => ctx.ports.telemetry.exportEvents(accountId, filter, from));
}

async function* portions<T>(
  read: (from: number | null) => Promise<Portion<T>>,
): AsyncGenerator<T[]> {
  let from: number | null = null;
  do {
    const portion: Portion<T> = await read(from);
    if (portion.rows.length > 0) yield portion.rows;
    from = portion.next;
  } while (from !== null);
}
