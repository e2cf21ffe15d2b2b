import { deleteKey, listSessionIds } from "../../store/account.ts";
import { listAgentIds } from "../../store/agent.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertCanAct } from "./access.ts";
import { forgetKey } from "./authenticate.ts";

/** Objects told at once. */
const ABREAST = 20;

/**
 * Ends a key: refused here at once and elsewhere within seconds, its sockets closed.
 * @throws Fault NOT_FOUND for an unknown key or another account's, FORBIDDEN for a read-only key.
 */
export async function revokeKey(ctx: Ctx, input: { keyId: string }): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const { keyId } = input;
  if (!(await deleteKey(ctx.db, accountId, keyId))) {
    throw new Fault("NOT_FOUND", "Key not found");
  }
  closeKeys(ctx, accountId, [keyId]);
}

/** What must happen once keys are gone from the catalogue: they are forgotten, their sockets close. */
export function closeKeys(ctx: Ctx, accountId: string, keyIds: string[]): void {
  for (const keyId of keyIds) forgetKey(keyId);
  const close = async () => {
    for (const keyId of keyIds) await dropSockets(ctx, accountId, keyId);
  };
  ctx.defer(close());
}

/** Objects that cannot be told now find out when they next ask about their keys. */
async function dropSockets(ctx: Ctx, accountId: string, keyId: string): Promise<void> {
  const { agents, sessions, telemetry } = ctx.ports;
  const told = (dropped: Promise<void>) =>
    dropped.catch((error: unknown) => ctx.log.error("drop_key", error));
  await told(telemetry.dropKey(accountId, keyId));
  const drops = [
    ...(await listSessionIds(ctx.db, accountId)).map((id) => () => sessions.dropKey(id, keyId)),
    ...(await listAgentIds(ctx.db, accountId)).map((id) => () => agents.dropKey(id, keyId)),
  ];
  for (let at = 0; at < drops.length; at += ABREAST) {
    await Promise.all(drops.slice(at, at + ABREAST).map((drop) => told(drop())));
  }
}
