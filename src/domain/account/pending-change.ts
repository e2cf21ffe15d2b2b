import { customAlphabet } from "nanoid";
import {
  type AccountChangeRow,
  dropChange,
  findChange,
  putChange,
  type TokenClaim,
} from "../../store/account-change.ts";
import type { ChangeKind } from "../../store/schema/account.ts";
import type { AccountActor, Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { fingerprintKey } from "./key.ts";

/** What changes only once a token that went out by mail comes back. */

/** How long a token is good for, in milliseconds: an hour. */
const TOKEN_MS = 60 * 60 * 1000;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const newToken = customAlphabet(BASE62, 40);

/** A token as it came back. Who holds it from a link has no key; who has a key must own it. */
export interface ConfirmInput {
  token: string;
}

/**
 * Keeps a change and mails its token; nothing is kept when the letters do not go out.
 * @param post Sends the letters, given the token.
 */
export async function awaitConfirmation(
  ctx: Ctx<AccountActor>,
  kind: ChangeKind,
  value: string,
  post: (token: string) => Promise<void>,
): Promise<void> {
  const { accountId, keyId } = ctx.actor;
  const token = newToken();
  const { hash: tokenHash } = await fingerprintKey(token);
  const expiresAt = ctx.now() + TOKEN_MS;
  await putChange(ctx.db, { accountId, kind, tokenHash, value, keyId, expiresAt });
  try {
    await post(token);
  } catch (error) {
    await dropChange(ctx.db, tokenHash);
    throw error;
  }
}

/**
 * The change that a token opens.
 * @throws Fault BAD_REQUEST for a token that is wrong, used or expired.
 */
export async function openChange(
  ctx: Ctx,
  kind: ChangeKind,
  token: string,
): Promise<{ change: AccountChangeRow; claim: TokenClaim }> {
  const { hash: tokenHash } = await fingerprintKey(token);
  const accountId = ctx.actor.type === "account" ? ctx.actor.accountId : null;
  const claim = { kind, tokenHash, accountId, now: ctx.now() };
  const change = await findChange(ctx.db, claim);
  if (!change) throw badToken();
  return { change, claim };
}

export function badToken(): Fault {
  const reason = "not valid: it is wrong, was used or has expired";
  return new Fault("BAD_REQUEST", `token ${reason}`, { fields: { token: reason } });
}

/**
 * The page whose button confirms. It sends no referrer and our log lines hold no queries, so that
 * the token stays between its reader and us.
 * @param origin Ours as the caller knows it, for a deployment that was not told its own name.
 */
export function confirmationLink(
  ctx: Ctx,
  origin: string,
  kind: ChangeKind,
  token: string,
): string {
  const { publicHost } = ctx.settings;
  const ours = publicHost === null ? origin : `https://${publicHost}`;
  return `${ours}/console/confirm/${kind}?token=${token}`;
}
