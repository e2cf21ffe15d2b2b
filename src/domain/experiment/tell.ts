import {
  type ExperimentEventRow,
  forgetEvents,
  nextOwedAccount,
  type OwedEvent,
  owedEvents,
} from "../../store/experiment-event.ts";
import type { ExperimentEvent } from "../../store/schema/experiment.ts";
import type { SystemCtx } from "../context.ts";
import { newBatchId, report } from "../telemetry/index.ts";
import type { Json } from "./experiment.ts";
import { crateName } from "./spelling.ts";

/** Events told of one account before it is looked again. */
const AT_ONCE = 100;
/** Accounts in one go of the clock. */
const MAX_ACCOUNTS = 200;

/** An event, to be owed in the same transaction as what it tells of. */
export function eventOf<K extends ExperimentEvent>(
  ctx: Pick<SystemCtx, "now">,
  kind: K,
  details: Record<string, unknown> = {},
): OwedEvent & { kind: K } {
  const at = ctx.now();
  return { id: newBatchId(at), kind, details: JSON.stringify(details), at };
}

/**
 * Tells an account's stream what it is owed, oldest first. What cannot be told now keeps no work
 * back: it stays owed, and the clock tells it. Told twice, the stream takes it once.
 */
export async function tellOwed(
  ctx: Pick<SystemCtx, "db" | "ports" | "log">,
  accountId: string,
): Promise<void> {
  try {
    for (let more = true; more;) {
      const rows = await owedEvents(ctx.db, accountId, AT_ONCE);
      for (const row of rows) {
        await report(ctx.ports, accountId, { id: row.id, items: [itemOf(row)], dropped: 0 });
      }
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) await forgetEvents(ctx.db, accountId, ids);
      more = rows.length === AT_ONCE;
    }
  } catch (error) {
    ctx.log.error("experiment_event", error);
  }
}

/** Tells all streams what they are owed: who should have told it died, or could not. */
export async function tellAllOwed(ctx: SystemCtx): Promise<void> {
  let accountId = await nextOwedAccount(ctx.db, "");
  for (let told = 0; accountId !== undefined && told < MAX_ACCOUNTS; told += 1) {
    await tellOwed(ctx, accountId);
    accountId = await nextOwedAccount(ctx.db, accountId);
  }
}

function itemOf({ kind, experiment, details, at }: ExperimentEventRow) {
  const told =
    kind === "crate_dealt_again" ? JSON.stringify(withName(JSON.parse(details))) : details;
  return { type: "event" as const, at, visitId: `experiment_${experiment}`, kind, details: told };
}

function withName(details: { crate: Json }) {
  return { ...details, crate: crateName(details.crate) };
}
