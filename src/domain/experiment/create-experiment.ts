import { customAlphabet } from "nanoid";
import { insertExperiment } from "../../store/experiment.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { appendCrates, assertCratesSound } from "./add-crates.ts";
import type { Experiment, Json } from "./experiment.ts";
import { getExperiment } from "./read-experiments.ts";
import {
  assertSound,
  nameProblem,
  priorityProblem,
  toolchainsProblem,
  wordProblem,
  wordsProblem,
} from "./rules.ts";
import { toolchainKey } from "./spelling.ts";
import { eventOf, tellOwed } from "./tell.ts";

export interface CreateExperimentInput {
  name: string;
  /** None yet: nobody takes it before some are added. */
  crates: Json[];
  toolchains: Json[];
  mode: string;
  capLints?: string;
  priority?: number;
  /** Capabilities that a runner must have. */
  requirements?: string[];
  /** Name of the only runner that may take it. */
  assignee?: string | null;
  /** Several runners may work on it at once. */
  shared?: boolean;
}

const newHash = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 32);

/**
 * Queues an experiment.
 * @throws Fault BAD_REQUEST that names the fields, CONFLICT when its name is taken.
 */
export async function createExperiment(
  ctx: Ctx,
  input: CreateExperimentInput,
): Promise<Experiment> {
  const { accountId } = assertCanAct(ctx);
  const { name, mode, toolchains, assignee = null, shared = false, priority = 0 } = input;
  const { requirements = [], capLints = "Forbid" } = input;
  const keys = toolchains.map(toolchainKey);
  assertSound({
    name: nameProblem(name),
    mode: wordProblem(mode),
    cap_lints: wordProblem(capLints),
    toolchains: toolchainsProblem(toolchains, keys),
    priority: priorityProblem(priority),
    requirements: wordsProblem(requirements),
    assignee: assignee === null ? undefined : nameProblem(assignee),
  });
  assertCratesSound(input.crates);
  const values = {
    accountId,
    name,
    mode,
    capLints,
    toolchains: JSON.stringify(toolchains),
    toolchainKeys: JSON.stringify(keys),
    width: toolchains.length,
    requirements: JSON.stringify([...new Set(requirements)]),
    assignee,
    shared,
    priority,
    status: "queued" as const,
    open: false,
    reportHash: newHash(),
    createdAt: ctx.now(),
  };
  const details = { crates: input.crates.length, priority };
  const event = eventOf(ctx, "experiment_queued", details);
  const row = await insertExperiment(ctx.db, values, event);
  if (!row) {
    throw new Fault("CONFLICT", `There is an experiment ${name} already.`, {
      fields: { name: "is taken" },
    });
  }
  await appendCrates(ctx, row.id, input.crates, { more: false });
  await tellOwed(ctx, accountId);
  return getExperiment(ctx, String(row.id));
}
