import { findAccount, isEmailTaken } from "../../store/account.ts";
import { applyEmail } from "../../store/account-change.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertCanAct } from "./access.ts";
import { emailTaken } from "./create-account.ts";
import { confirmEmailLetter, emailNoticeLetter } from "./letters.ts";
import {
  awaitConfirmation,
  badToken,
  confirmationLink,
  type ConfirmInput,
  openChange,
} from "./pending-change.ts";
import { assertValid, emailProblem } from "./rules.ts";
import { assertMayTry } from "./tries.ts";

export interface StartEmailChangeInput {
  email: string;
  /** Ours, as the caller knows it: `https://outrider.example`. */
  origin: string;
}

/**
 * Mails a token to a new address, and a notice to the present one.
 * @throws Fault BAD_REQUEST for no e-mail address or the present one, CONFLICT when it has an
 * account, RATE_LIMITED, FORBIDDEN for a read-only key, UNAVAILABLE where mail cannot be sent:
 * then nothing is started.
 */
export async function startEmailChange(ctx: Ctx, input: StartEmailChangeInput): Promise<void> {
  const actor = assertCanAct(ctx);
  const email = input.email.trim().toLowerCase();
  assertValid({ email: emailProblem(email) });
  const { mail } = ctx.ports;
  mail.assertReady();
  await assertMayTry(ctx, "change", actor.accountId);
  const account = await findAccount(ctx.db, actor.accountId);
  if (!account) throw new Fault("NOT_FOUND", "Account not found");
  assertValid({ email: account.email === email ? "is the account's already" : undefined });
  if (await isEmailTaken(ctx.db, email)) throw emailTaken();
  await awaitConfirmation({ ...ctx, actor }, "email", email, async (token) => {
    const link = confirmationLink(ctx, input.origin, "email", token);
    await mail.send(confirmEmailLetter({ to: email, token, link }));
    await mail.send(emailNoticeLetter(account.email, email));
  });
}

/**
 * Changes the address, given the token that went to the new one.
 * @throws Fault BAD_REQUEST for a token that is wrong, used or expired, CONFLICT when the address
 * has got an account meanwhile, RATE_LIMITED.
 */
export async function confirmEmailChange(ctx: Ctx, input: ConfirmInput): Promise<void> {
  const asker = ctx.actor.type === "anonymous" ? null : assertCanAct(ctx);
  await assertMayTry(ctx, "confirm", asker?.accountId ?? null);
  const { change, claim } = await openChange(ctx, "email", input.token);
  const refused = await applyEmail(ctx.db, change, claim);
  if (refused === "used") throw badToken();
  if (refused === "email") throw emailTaken();
}
