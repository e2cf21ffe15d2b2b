import type { Database } from "../../store/database.ts";
import { deleteSession } from "../../store/session.ts";
import type { Files } from "../ports.ts";
import { sessionFolder } from "./screenshots.ts";

/**
 * Takes a session out of the catalogue, its files with it.
 * @returns false when the account has no such session.
 */
export async function forgetSession(
  deps: { db: Database; files: Files },
  accountId: string,
  sessionId: string,
): Promise<boolean> {
  const known = await deleteSession(deps.db, accountId, sessionId);
  await deps.files.removeFolder(accountId, sessionFolder(sessionId));
  return known;
}
