import { experimentOf } from "../../store/experiment.ts";
import { insertEvent } from "../../store/experiment-event.ts";
import type { Ctx } from "../context.ts";
import { assertRunner } from "./runner.ts";
import { eventOf, tellOwed } from "./tell.ts";

const MAX_TEXT = 2000;

/** A runner tells of a failure of its own: its owner sees it in the stream. */
export async function reportError(ctx: Ctx, input: { error: string }): Promise<void> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const own = await experimentOf(ctx.db, accountId, runnerId);
  const experiment = own?.name ?? "none";
  const error = input.error.slice(0, MAX_TEXT);
  const event = eventOf(ctx, "runner_error", { runner: name, error });
  await insertEvent(ctx.db, { accountId, experiment, ...event });
  await tellOwed(ctx, accountId);
}
