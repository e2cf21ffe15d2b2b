import { increasePoints } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertOperator } from "./access.ts";
import { assertValid } from "./rules.ts";

export interface AddPointsInput {
  accountId: string;
  /** Added to what is there. */
  points: number;
}

const MAX_POINTS = 1_000_000_000;

/**
 * Gives an account points. For the operator.
 * @throws Fault NOT_FOUND for an unknown account, BAD_REQUEST unless 1 to 1,000,000,000 points.
 */
export async function addPoints(
  ctx: Ctx,
  input: AddPointsInput,
): Promise<{ id: string; points: number }> {
  assertOperator(ctx);
  const { accountId, points } = input;
  const fits = Number.isInteger(points) && points >= 1 && points <= MAX_POINTS;
  assertValid({ points: fits ? undefined : `must be a whole number from 1 to ${MAX_POINTS}` });
  const account = await increasePoints(ctx.db, accountId, points, ctx.now());
  if (!account) throw new Fault("NOT_FOUND", "Account not found");
  return account;
}
