import { changeScript, findScript } from "../../store/script.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertScript, createScript, type CreateScriptInput, nameTaken } from "./create-script.ts";
import { bytesOf } from "./rules.ts";
import { type Script, scriptOf } from "./script.ts";

export interface SaveScriptInput extends CreateScriptInput {
  /** Refuses to replace a script. */
  insertOnly?: boolean;
}

/**
 * Adds a script, or gives the one of that name another text: what an upload does.
 * @throws Fault CONFLICT with `insertOnly` when there is one, and as `createScript` does.
 */
export async function saveScript(
  ctx: Ctx,
  input: SaveScriptInput,
): Promise<{ script: Script; created: boolean }> {
  const { accountId } = assertCanAct(ctx);
  const { name, text, source, insertOnly = false } = input;
  assertScript({ name, text, ...(source !== undefined && { source }) });
  if (insertOnly) {
    if (await findScript(ctx.db, accountId, { name })) throw nameTaken(name);
    return { script: await createScript(ctx, input), created: true };
  }
  const changes = { text, size: bytesOf(text), updatedAt: ctx.now(), source: source ?? null };
  const replaced = await changeScript(ctx.db, accountId, { name }, changes);
  if (replaced && replaced !== "name") return { script: scriptOf(replaced), created: false };
  try {
    return { script: await createScript(ctx, input), created: true };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "CONFLICT") throw error;
    // Somebody else added it in between.
    const row = await changeScript(ctx.db, accountId, { name }, changes);
    if (!row || row === "name") throw error;
    return { script: scriptOf(row), created: false };
  }
}
