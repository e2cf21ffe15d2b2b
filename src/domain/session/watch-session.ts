import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { assertSessionId } from "./read-sessions.ts";

export interface WatchSessionInput {
  id: string;
  /** Name of the wire's frame encoder. */
  frame: string;
  since?: number;
  ack: boolean;
}

/**
 * Opens a socket on a session's events.
 * @throws Fault NOT_FOUND, or LIMIT_REACHED at too many subscribers, before the upgrade.
 */
export async function watchSession(
  ctx: Ctx,
  request: Request,
  input: WatchSessionInput,
): Promise<Response> {
  const { accountId, keyId, keyExpiresAt } = assertAccount(ctx);
  const { id, ...how } = input;
  assertSessionId(id);
  return ctx.ports.sessions.watch(id, request, { accountId, keyId, keyExpiresAt, ...how });
}
