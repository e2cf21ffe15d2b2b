import { insertScript } from "../../store/script.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import {
  assertSound,
  bytesOf,
  MAX_SCRIPT_BYTES,
  MAX_SCRIPTS,
  scriptNameProblem,
  textProblem,
} from "./rules.ts";
import { type Script, scriptOf } from "./script.ts";

export interface CreateScriptInput {
  name: string;
  text: string;
  /** What it is uploaded by. */
  source?: string;
}

/**
 * Adds a script.
 * @throws Fault BAD_REQUEST that names the fields, CONFLICT when the name is taken, LIMIT_REACHED
 * at 1,000 scripts, FORBIDDEN for a read-only key.
 */
export async function createScript(ctx: Ctx, input: CreateScriptInput): Promise<Script> {
  const { accountId } = assertCanAct(ctx);
  assertScript(input);
  const { name, text, source = null } = input;
  const now = ctx.now();
  const row = { accountId, name, text, source, createdAt: now, updatedAt: now };
  const added = await insertScript(ctx.db, { ...row, size: bytesOf(text) }, MAX_SCRIPTS);
  if (added === "name") throw nameTaken(name);
  if (added === "limit") {
    throw new Fault("LIMIT_REACHED", `This account has ${MAX_SCRIPTS} scripts: delete one first.`);
  }
  return scriptOf(added);
}

/** @throws Fault BAD_REQUEST that names the fields. */
export function assertScript({ name, text, source }: Partial<CreateScriptInput>): void {
  assertSound({
    name: name === undefined ? undefined : scriptNameProblem(name),
    text: text === undefined ? undefined : textProblem(text, MAX_SCRIPT_BYTES),
    source: source === undefined ? undefined : textProblem(source, 100),
  });
}

export function nameTaken(name: string): Fault {
  return new Fault("CONFLICT", `There is a script ${name} already.`, {
    fields: { name: "is taken" },
  });
}
