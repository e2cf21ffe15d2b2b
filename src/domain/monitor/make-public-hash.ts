import { customAlphabet } from "nanoid";
import type { Database } from "../../store/database.ts";
import { livePublicHashes, setPublicHash } from "../../store/monitor.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { findOwned, notFound } from "./owned.ts";

const newHash = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 32);

/** Shares a monitor under a new hash; the one before opens nothing any more. */
export async function makePublicHash(ctx: Ctx, id: number): Promise<string> {
  const { accountId } = assertCanAct(ctx);
  const hash = newHash();
  await replace(ctx, accountId, id, hash);
  return hash;
}

/** Shares it no more. */
export async function removePublicHash(ctx: Ctx, id: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  await replace(ctx, accountId, id, null);
}

async function replace(ctx: Ctx, accountId: string, id: number, hash: string | null) {
  const { shard, publicHash } = await findOwned(ctx, accountId, id);
  if (!(await setPublicHash(ctx.db, accountId, id, hash))) throw notFound();
  if (publicHash !== null) await ctx.ports.shards.dropHash(shard, accountId, publicHash);
}

/** Which of these still share a monitor. */
export function arePublicHashesLive(db: Database, hashes: string[]): Promise<Set<string>> {
  return livePublicHashes(db, hashes);
}
