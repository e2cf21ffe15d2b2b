import { abortClaimed, abortQueued } from "../../store/launch.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { ABORTED } from "./end-launch.ts";
import { type Launch, launchOf } from "./launch.ts";
import { agentInAccount } from "./read-agents.ts";
import { launchInAccount } from "./read-launches.ts";
import { wakeLaunches } from "./wake.ts";

/** Objects told at once. */
const ABREAST = 20;

/**
 * Aborts all launches of an agent, those that wait included. A soft abort asks the scripts that run
 * to come to an end by themselves, and puts an end to those that have not after ten seconds.
 * @returns How many launches there were to abort.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function abortAgent(
  ctx: Ctx,
  input: { agentId: number; soft?: boolean },
): Promise<{ aborted: number }> {
  const { accountId } = assertCanAct(ctx);
  const { agentId, soft = false } = input;
  await agentInAccount(ctx, accountId, agentId);
  return { aborted: await abortLaunches(ctx, { accountId, agentId }, soft) };
}

/**
 * The same for one launch. One that has ended stays as it is.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function abortLaunch(
  ctx: Ctx,
  input: { launchId: number; soft?: boolean },
): Promise<Launch> {
  const { accountId } = assertCanAct(ctx);
  const { launchId, soft = false } = input;
  const { agentId } = await launchInAccount(ctx, accountId, launchId);
  await abortLaunches(ctx, { accountId, agentId, id: launchId }, soft);
  return launchOf(await launchInAccount(ctx, accountId, launchId));
}

/** @returns How many there were. */
export async function abortLaunches(
  ctx: Pick<Ctx, "db" | "ports" | "now" | "log">,
  which: { accountId: string; agentId: number; id?: number },
  soft: boolean,
): Promise<number> {
  const at = ctx.now();
  // First those that wait: none of them may begin in the room that the others leave.
  const waited = await abortQueued(ctx.db, which, { at, message: ABORTED });
  const how = soft ? "soft" : "hard";
  const claimed = await abortClaimed(ctx.db, which, how);
  const { agents, launches } = ctx.ports;
  const end = { status: "error" as const, message: ABORTED, exitCode: null, at };
  await inTurns(waited, ({ id: launchId, agentId, accountId, launchNumber }) =>
    agents.end(agentId, { accountId, launchId, launchNumber }, end),
  );
  await inTurns(claimed, (launchId) => launches.abort(launchId, how));
  if (waited.length > 0) await wakeLaunches(ctx, 1);
  return waited.length + claimed.length;
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += ABREAST) {
    await Promise.all(all.slice(from, from + ABREAST).map(work));
  }
}
