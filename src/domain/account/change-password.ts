import { findAccount } from "../../store/account.ts";
import { applyPassword } from "../../store/account-change.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertCanAct } from "./access.ts";
import { confirmPasswordLetter, passwordNoticeLetter } from "./letters.ts";
import { hashPassword } from "./password.ts";
import {
  awaitConfirmation,
  badToken,
  confirmationLink,
  type ConfirmInput,
  openChange,
} from "./pending-change.ts";
import { closeKeys } from "./revoke-key.ts";
import { assertValid, passwordProblem } from "./rules.ts";
import { assertMayTry } from "./tries.ts";

export interface StartPasswordChangeInput {
  password: string;
  /** Ours, as the caller knows it: `https://outrider.example`. */
  origin: string;
}

/**
 * Keeps the new password's hash and mails a token to the account's address.
 * @throws Fault BAD_REQUEST for a password too short or too long, RATE_LIMITED before it is
 * hashed, FORBIDDEN for a read-only key, UNAVAILABLE where mail cannot be sent: then nothing is
 * started.
 */
export async function startPasswordChange(
  ctx: Ctx,
  input: StartPasswordChangeInput,
): Promise<void> {
  const actor = assertCanAct(ctx);
  assertValid({ password: passwordProblem(input.password) });
  const { mail } = ctx.ports;
  mail.assertReady();
  await assertMayTry(ctx, "change", actor.accountId);
  const account = await findAccount(ctx.db, actor.accountId);
  if (!account) throw new Fault("NOT_FOUND", "Account not found");
  const hash = await hashPassword(input.password);
  await awaitConfirmation({ ...ctx, actor }, "password", hash, (token) => {
    const link = confirmationLink(ctx, input.origin, "password", token);
    return mail.send(confirmPasswordLetter({ to: account.email, token, link }));
  });
}

/**
 * Changes the password, given the mailed token. All sign-ins and keys end but the one that
 * confirms; behind the mailed link, where there is none, the one that asked for the change stays.
 * @throws Fault BAD_REQUEST for a token that is wrong, used or expired, RATE_LIMITED.
 */
export async function confirmPasswordChange(ctx: Ctx, input: ConfirmInput): Promise<void> {
  const asker = ctx.actor.type === "anonymous" ? null : assertCanAct(ctx);
  await assertMayTry(ctx, "confirm", asker?.accountId ?? null);
  const { change, claim } = await openChange(ctx, "password", input.token);
  const ended = await applyPassword(ctx.db, change, claim, asker?.keyId ?? change.keyId);
  if (!ended) throw badToken();
  closeKeys(ctx, change.accountId, ended);
  ctx.defer(tellOwner(ctx, change.accountId));
}

/** The change is made: that its notice does not go out undoes nothing. */
async function tellOwner(ctx: Ctx, accountId: string): Promise<void> {
  try {
    const account = await findAccount(ctx.db, accountId);
    if (account) await ctx.ports.mail.send(passwordNoticeLetter(account.email));
  } catch (error) {
    ctx.log.error("password_notice", error);
  }
}
