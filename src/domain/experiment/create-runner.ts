import { insertRunner } from "../../store/runner.ts";
import { assertCanAct, fingerprintKey } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { newToken } from "./authenticate-runner.ts";
import { getRunner } from "./read-runners.ts";
import { assertSound, MAX_RUNNERS, nameProblem } from "./rules.ts";
import { DEFAULT_CAPABILITIES, type Runner } from "./runner.ts";

/**
 * Makes a runner and its token, which is in the result and nowhere else.
 * @throws Fault CONFLICT when the account has one of that name, LIMIT_REACHED, BAD_REQUEST.
 */
export async function createRunner(
  ctx: Ctx,
  input: { name: string },
): Promise<{ runner: Runner; token: string }> {
  const { accountId } = assertCanAct(ctx);
  const { name } = input;
  assertSound({ name: nameProblem(name) });
  for (;;) {
    const token = newToken();
    const row = {
      accountId,
      name,
      ...(await fingerprintKey(token)),
      capabilities: JSON.stringify(DEFAULT_CAPABILITIES),
      createdAt: ctx.now(),
    };
    const id = await insertRunner(ctx.db, row, MAX_RUNNERS);
    switch (id) {
      case "name":
        throw new Fault("CONFLICT", `There is a runner ${name} already.`, {
          fields: { name: "is taken" },
        });
      case "limit":
        throw new Fault("LIMIT_REACHED", `This account has ${MAX_RUNNERS} runners.`);
      case "prefix":
        continue;
      default:
        return { runner: await getRunner(ctx, String(id)), token };
    }
  }
}
