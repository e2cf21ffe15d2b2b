import { findRunner, type ListedRunner, listRunners as readRunners } from "../../store/runner.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Runner, runnerOf } from "./runner.ts";
import { whichOf } from "./which.ts";

/** The account's runners, newest first. */
export async function listRunners(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ runners: Runner[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const { rows, total } = await readRunners(ctx.db, accountId, slice);
  return { runners: rows.map(runnerOf), total };
}

/** @param which Its id or its name. @throws Fault NOT_FOUND */
export async function getRunner(ctx: Ctx, which: string): Promise<Runner> {
  const { accountId } = assertAccount(ctx);
  return runnerOf(await runnerInAccount(ctx, accountId, which));
}

/** @throws Fault NOT_FOUND */
export async function runnerInAccount(
  ctx: Pick<Ctx, "db">,
  accountId: string,
  which: string,
): Promise<ListedRunner> {
  const row = await findRunner(ctx.db, accountId, whichOf(which));
  if (!row) throw new Fault("NOT_FOUND", "Runner not found");
  return row;
}
