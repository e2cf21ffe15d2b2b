import {
  findExperiment,
  type ListedExperiment,
  listExperiments as readExperiments,
} from "../../store/experiment.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Experiment, listedExperiment } from "./experiment.ts";
import { whichOf } from "./which.ts";

/** The account's experiments, newest first. */
export async function listExperiments(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ experiments: Experiment[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const { rows, total } = await readExperiments(ctx.db, accountId, slice);
  return { experiments: rows.map(listedExperiment), total };
}

/** @param which Its name or its id. @throws Fault NOT_FOUND */
export async function getExperiment(ctx: Ctx, which: string): Promise<Experiment> {
  const { accountId } = assertAccount(ctx);
  return listedExperiment(await experimentInAccount(ctx, accountId, which));
}

/** @throws Fault NOT_FOUND */
export async function experimentInAccount(
  ctx: Pick<Ctx, "db">,
  accountId: string,
  which: string,
): Promise<ListedExperiment> {
  const row = await findExperiment(ctx.db, accountId, whichOf(which));
  if (!row) throw new Fault("NOT_FOUND", "Experiment not found");
  return row;
}
