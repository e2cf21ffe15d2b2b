import { customAlphabet } from "nanoid";
import { setPublicHash } from "../../store/monitor.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { notFound } from "./owned.ts";

const newHash = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 32);

/** Shares a monitor under a new hash; the one before opens nothing any more. */
export async function makePublicHash(ctx: Ctx, id: number): Promise<string> {
  const { accountId } = assertCanAct(ctx);
  const hash = newHash();
  if (!(await setPublicHash(ctx.db, accountId, id, hash))) throw notFound();
  return hash;
}

/** Shares it no more. */
export async function removePublicHash(ctx: Ctx, id: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  if (!(await setPublicHash(ctx.db, accountId, id, null))) throw notFound();
}
