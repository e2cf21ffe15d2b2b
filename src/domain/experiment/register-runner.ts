import { noteSeen, setCapabilities } from "../../store/runner.ts";
import { findAccount } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { assertSound, wordsProblem } from "./rules.ts";
import { assertRunner } from "./runner.ts";

/** Writing down each sign of life would cost more than the work: this is often enough. */
const NOTED_EVERY_MS = 20_000;

/** What a request says of its runner: whether its kind sends heartbeats, and its revision. */
export interface Sign {
  beats: boolean;
  revision: string | null;
}

/** Any request of a runner is a sign of life. */
export async function noteSign(ctx: Ctx, { beats, revision }: Sign): Promise<void> {
  const { runnerId, seen } = assertRunner(ctx);
  const at = ctx.now();
  const said = revision?.slice(0, 200) ?? seen.revision;
  const fresh = seen.at !== null && at - seen.at < NOTED_EVERY_MS;
  if (fresh && seen.beats === beats && seen.revision === said) return;
  await noteSeen(ctx.db, runnerId, { at, beats, revision: said });
}

/**
 * Notes what a runner can do.
 * @returns Its name, and the account's settings for runners; null when there are none.
 */
export async function registerRunner(
  ctx: Ctx,
  input: { capabilities: string[] },
): Promise<{ name: string; config: Record<string, unknown> | null }> {
  const { runnerId, accountId, name } = assertRunner(ctx);
  const { capabilities } = input;
  assertSound({ capabilities: wordsProblem(capabilities) });
  await setCapabilities(ctx.db, runnerId, JSON.stringify([...new Set(capabilities)]));
  const account = await findAccount(ctx.db, accountId);
  const config = account?.craterConfig ?? null;
  return { name, config: config === null ? null : (JSON.parse(config) as Record<string, unknown>) };
}
