import { openExperiment } from "../../store/experiment.ts";
import { addCrates as insertCrates, CRATES_AT_ONCE } from "../../store/experiment-crate.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Experiment, Json } from "./experiment.ts";
import { experimentInAccount, getExperiment } from "./read-experiments.ts";
import { assertSound, crateProblem, MAX_CRATES } from "./rules.ts";
import { crateKey } from "./spelling.ts";

/**
 * Adds crates to an experiment that no runner has taken yet; those that it has are passed over,
 * so that a part may be sent again.
 * @param input `more`: other parts follow, and an experiment that waits for its first crates goes
 * on waiting.
 * @throws Fault NOT_FOUND, BAD_REQUEST that says which crate, CONFLICT once it was taken.
 */
export async function addCrates(
  ctx: Ctx,
  which: string,
  input: { crates: Json[]; more: boolean },
): Promise<Experiment> {
  const { accountId } = assertCanAct(ctx);
  const { experiment } = await experimentInAccount(ctx, accountId, which);
  assertCratesSound(input.crates);
  await appendCrates(ctx, experiment.id, input.crates, input);
  return getExperiment(ctx, String(experiment.id));
}

/** All of them are judged before the first is added. @throws Fault BAD_REQUEST */
export function assertCratesSound(crates: Json[]): void {
  assertSound({
    crates: crates.length > MAX_CRATES ? `must be at most ${MAX_CRATES} crates` : undefined,
  });
  for (const [index, crate] of crates.entries()) {
    assertSound({ [`crates.${index}`]: crateProblem(crate) });
  }
}

/** @throws Fault CONFLICT once the experiment was taken, or has as many as it may. */
export async function appendCrates(
  ctx: Pick<Ctx, "db">,
  experimentId: number,
  crates: Json[],
  { more }: { more: boolean },
): Promise<void> {
  for (let at = 0; at < crates.length; at += CRATES_AT_ONCE) {
    const part = crates
      .slice(at, at + CRATES_AT_ONCE)
      .map((crate) => ({ key: crateKey(crate), crate: JSON.stringify(crate) }));
    const total = await insertCrates(ctx.db, experimentId, part, MAX_CRATES);
    if (total === undefined) {
      throw new Fault(
        "CONFLICT",
        `Crates can be added until a runner takes the experiment, at most ${MAX_CRATES} in all.`,
      );
    }
  }
  if (!more) await openExperiment(ctx.db, experimentId);
}
