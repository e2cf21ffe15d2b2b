import { experimentOf } from "../../store/experiment.ts";
import type { Ctx } from "../context.ts";
import { assertRunner } from "./runner.ts";
import { tell } from "./tell.ts";

const MAX_TEXT = 2000;

/** A runner tells of a failure of its own: its owner sees it in the stream. */
export async function reportError(ctx: Ctx, input: { error: string }): Promise<void> {
  const { accountId, runnerId, name } = assertRunner(ctx);
  const experiment = await experimentOf(ctx.db, accountId, runnerId);
  const error = input.error.slice(0, MAX_TEXT);
  await tell(ctx, accountId, experiment?.name ?? "none", "runner_error", { runner: name, error });
}
