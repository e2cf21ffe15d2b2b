import { deleteSession } from "../../store/session.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertSessionId } from "./read-sessions.ts";
import { sessionFolder } from "./screenshots.ts";

/** Closes the browser and the sockets, and deletes all that the session kept. */
export async function closeSession(ctx: Ctx, id: string): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  assertSessionId(id);
  const { files, sessions } = ctx.ports;
  const known = await deleteSession(ctx.db, accountId, id);
  if (!known) throw new Fault("NOT_FOUND", "Session not found");
  await sessions.end(id, "the session was closed", true);
  // Last, when no command can add any more.
  await files.removeFolder(accountId, sessionFolder(id));
}
