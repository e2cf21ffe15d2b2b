import { changeScript } from "../../store/script.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { assertScript, type CreateScriptInput, nameTaken } from "./create-script.ts";
import { noScript, scriptInAccount } from "./read-scripts.ts";
import { bytesOf } from "./rules.ts";
import { type Script, scriptOf } from "./script.ts";

/**
 * Changes a script; launches that run keep the text that they began with.
 * @throws Fault NOT_FOUND, and as `createScript` does.
 */
export async function updateScript(
  ctx: Ctx,
  scriptId: number,
  input: Partial<CreateScriptInput>,
): Promise<Script> {
  const { accountId } = assertCanAct(ctx);
  assertScript(input);
  const { name, text, source } = input;
  if (name === undefined && text === undefined && source === undefined) {
    return scriptOf(await scriptInAccount(ctx, accountId, { id: scriptId }));
  }
  const row = await changeScript(
    ctx.db,
    accountId,
    { id: scriptId },
    {
      ...(name !== undefined && { name }),
      ...(text !== undefined && { text, size: bytesOf(text) }),
      ...(source !== undefined && { source }),
      updatedAt: ctx.now(),
    },
  );
  if (row === "name") throw nameTaken(name ?? "");
  if (!row) throw noScript();
  return scriptOf(row);
}
