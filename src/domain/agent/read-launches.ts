import {
  endedLaunches,
  findLaunch,
  type LaunchRow,
  listLaunches as readLaunches,
} from "../../store/launch.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { filesOf, type Launch, type LaunchDetails, launchOf } from "./launch.ts";
import { agentInAccount } from "./read-agents.ts";

const ENDED_FOR_MS = 7 * 86_400_000;
const MAX_ENDED = 1000;

/**
 * Launches of an agent, newest first, as far as they are kept.
 * @throws Fault NOT_FOUND for an unknown agent.
 */
export async function listLaunches(
  ctx: Ctx,
  input: { agentId: number; offset: number; limit: number },
): Promise<{ launches: Launch[]; total: number }> {
  const { agentId, ...slice } = input;
  await agentInAccount(ctx, assertAccount(ctx).accountId, agentId);
  const { rows, total } = await readLaunches(ctx.db, agentId, slice);
  return { launches: rows.map(launchOf), total };
}

/**
 * Launches of an agent that have ended, newest first, at most 1,000 of the last seven days.
 * @throws Fault NOT_FOUND for an unknown agent.
 */
export async function listEndedLaunches(ctx: Ctx, agentId: number): Promise<Launch[]> {
  await agentInAccount(ctx, assertAccount(ctx).accountId, agentId);
  const rows = await endedLaunches(ctx.db, agentId, ctx.now() - ENDED_FOR_MS, MAX_ENDED);
  return rows.map(launchOf);
}

/** @throws Fault NOT_FOUND */
export async function getLaunch(ctx: Ctx, launchId: number): Promise<LaunchDetails> {
  const row = await launchInAccount(ctx, assertAccount(ctx).accountId, launchId);
  const query = { launch: { id: launchId }, fromByte: Number.MAX_SAFE_INTEGER, messages: null };
  const { launch: output } = await ctx.ports.agents.read(row.agentId, query);
  return {
    ...launchOf(row),
    argument: row.argument,
    resultObject: output?.resultObject ?? null,
    progress: output?.progress ?? null,
    files: filesOf(row),
  };
}

/** @throws Fault NOT_FOUND */
export async function launchInAccount(
  ctx: Pick<Ctx, "db">,
  accountId: string,
  launchId: number,
): Promise<LaunchRow> {
  const row = await findLaunch(ctx.db, accountId, launchId);
  if (!row) throw noLaunch();
  return row;
}

export function noLaunch(): Fault {
  return new Fault("NOT_FOUND", "Launch not found");
}
