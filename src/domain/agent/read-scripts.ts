import { findScript, listScripts as readScripts, type ScriptRow } from "../../store/script.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Script, scriptOf, type ScriptSummary, scriptSummaryOf } from "./script.ts";

/** @throws Fault NOT_FOUND */
export async function getScript(ctx: Ctx, scriptId: number): Promise<Script> {
  return scriptOf(await scriptInAccount(ctx, assertAccount(ctx).accountId, { id: scriptId }));
}

/** By its exact name. @throws Fault NOT_FOUND */
export async function findScriptByName(ctx: Ctx, name: string): Promise<Script> {
  return scriptOf(await scriptInAccount(ctx, assertAccount(ctx).accountId, { name }));
}

/** The account's scripts, newest first, without their texts. */
export async function listScripts(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ scripts: ScriptSummary[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const { rows, total } = await readScripts(ctx.db, accountId, slice);
  return { scripts: rows.map(scriptSummaryOf), total };
}

/** @throws Fault NOT_FOUND */
export async function scriptInAccount(
  ctx: Pick<Ctx, "db">,
  accountId: string,
  which: { id: number } | { name: string },
): Promise<ScriptRow> {
  const row = await findScript(ctx.db, accountId, which);
  if (!row) throw noScript();
  return row;
}

export function noScript(): Fault {
  return new Fault("NOT_FOUND", "Script not found");
}
