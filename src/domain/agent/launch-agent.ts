import { insertLaunch } from "../../store/launch.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { agentInAccount } from "./read-agents.ts";
import { argumentProblem, assertSound, commandProblem, MAX_QUEUED } from "./rules.ts";
import { wakeLaunches } from "./wake.ts";

export interface LaunchAgentInput {
  agentId: number;
  /** `casperjs` or `phantomjs`. Absent: the agent's own; null: what the script itself says. */
  command?: string | null;
  /** JSON text. Absent: the agent's own. */
  argument?: string;
  /** Makes `command` and `argument`, as far as they are given, the agent's own from now on. */
  saveOptions?: boolean;
}

/**
 * Queues a launch; its turn comes when the agent's, the account's and the deployment's running
 * launches leave room for it.
 * @returns Its id, and its number among the agent's launches.
 * @throws Fault NOT_FOUND, BAD_REQUEST that names the field, LIMIT_REACHED when 1,000 of the
 * agent's launches wait already, FORBIDDEN for a read-only key.
 */
export async function launchAgent(
  ctx: Ctx,
  input: LaunchAgentInput,
): Promise<{ launchId: number; launchNumber: number }> {
  const { accountId } = assertCanAct(ctx);
  const { agentId, command, argument, saveOptions = false } = input;
  assertSound({
    command: command == null ? undefined : commandProblem(command),
    argument: argument === undefined ? undefined : argumentProblem(argument),
  });
  const launch = {
    accountId,
    agentId,
    type: "manual" as const,
    command,
    argument,
    queuedAt: ctx.now(),
  };
  const saved = {
    ...(saveOptions && command !== undefined && { command }),
    ...(saveOptions && argument !== undefined && { argument }),
  };
  const queued = await insertLaunch(ctx.db, launch, MAX_QUEUED, { ...saved, origin: ctx.origin });
  if (!queued) {
    await agentInAccount(ctx, accountId, agentId);
    const reason = `${MAX_QUEUED} launches of this agent wait already.`;
    throw new Fault("LIMIT_REACHED", reason, { retryAfter: 60 });
  }
  await wakeLaunches(ctx, 1);
  return { launchId: queued.id, launchNumber: queued.launchNumber };
}
