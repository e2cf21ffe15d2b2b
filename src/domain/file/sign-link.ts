import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type FileLink, newLink } from "./link.ts";

const HOUR_S = 3600;
const WEEK_S = 7 * 24 * HOUR_S;

export interface SignLinkInput {
  path: string;
  /** How long the link opens the file, from 1 second to 7 days; an hour when absent. */
  seconds?: number;
}

/**
 * A link that opens one file of the account's to whoever holds it, for a time.
 * @throws Fault NOT_FOUND when there is no such file, BAD_REQUEST for a time out of bounds.
 */
export async function signLink(ctx: Ctx, input: SignLinkInput): Promise<FileLink> {
  const { accountId: account } = assertAccount(ctx);
  const { path, seconds = HOUR_S } = input;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > WEEK_S) {
    const reason = `must be a whole number of seconds from 1 to ${WEEK_S}`;
    throw new Fault("BAD_REQUEST", `link: ${reason}`, { fields: { link: reason } });
  }
  if (!(await ctx.ports.files.has(account, path))) throw new Fault("NOT_FOUND", "File not found");
  return newLink(ctx, { account, path, seconds });
}
