import { listSessions as listRows, type SessionRow } from "../../store/session.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { SESSION_ID } from "./create-session.ts";
import type { SessionView } from "./session.ts";

/** The account's live sessions, newest first. */
export async function listSessions(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ rows: SessionRow[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  return listRows(ctx.db, accountId, slice);
}

/** @throws Fault NOT_FOUND for an id that cannot be a session's. */
export function assertSessionId(id: string): void {
  if (!SESSION_ID.test(id)) throw new Fault("NOT_FOUND", "Session not found");
}

/** One session; never waits behind its commands. */
export async function viewSession(ctx: Ctx, id: string): Promise<SessionView> {
  const { accountId } = assertAccount(ctx);
  assertSessionId(id);
  return ctx.ports.sessions.view(id, accountId);
}
