import { insertAccount, isEmailTaken } from "../../store/account.ts";
import type { Actor, Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Account, accountOf } from "./account.ts";
import { visitorOf } from "./address.ts";
import { newId, storeNewKey } from "./new-key.ts";
import { hashPassword } from "./password.ts";
import { assertValid, emailProblem, passwordProblem, timeZoneProblem } from "./rules.ts";

export interface CreateAccountInput {
  email: string;
  password: string;
  /** IANA time zone; UTC when absent. */
  tz?: string;
}

const HOUR_S = 3600;

/**
 * Makes an account and its first key, which is in the result and nowhere else.
 * @throws Fault FORBIDDEN where only the operator makes accounts; RATE_LIMITED for too many from
 * one address, before any password is hashed; CONFLICT when the e-mail address has an account.
 */
export async function createAccount(
  ctx: Ctx,
  input: CreateAccountInput,
): Promise<{ account: Account; secret: string }> {
  if (ctx.settings.signup === "closed" && ctx.actor.type !== "operator") {
    throw new Fault("FORBIDDEN", "Accounts are made by the operator here.");
  }
  const email = input.email.trim().toLowerCase();
  const tz = input.tz ?? "UTC";
  assertValid({
    email: emailProblem(email),
    password: passwordProblem(input.password),
    tz: timeZoneProblem(tz),
  });
  for (const bucket of signupBuckets(ctx.actor)) {
    await ctx.ports.meter.attempt(bucket, ctx.settings.signupsPerHour, HOUR_S);
  }
  if (await isEmailTaken(ctx.db, email)) throw emailTaken();

  const createdAt = ctx.now();
  const account = {
    id: newId("acct"),
    email,
    passwordHash: await hashPassword(input.password),
    tz,
    points: ctx.settings.pointsAtSignup,
    flybrowserCreateStatus: 201,
    craterConfig: null,
    signedInAt: null,
    invoiceInfo: null,
    pointsEndedAt: null,
    pointsAddedAt: null,
    createdAt,
  };
  const { secret } = await storeNewKey(
    { accountId: account.id, name: "First key", scope: "full", expiresAt: null, createdAt },
    async (key) => {
      const taken = await insertAccount(ctx.db, account, key);
      // Somebody else was quicker, between the look above and now.
      if (taken === "email") throw emailTaken();
      return taken === null;
    },
  );
  return { account: accountOf(account), secret };
}

/**
 * Whose sign-ups are counted together; the operator's are not. An account's count for its address
 * too: otherwise each new account could make more.
 */
function signupBuckets(actor: Actor): string[] {
  switch (actor.type) {
    case "operator":
      return [];
    case "runner":
      return [`signup:${actor.accountId}`];
    case "account":
      return [
        ...(actor.address === undefined ? [] : [`signup:${visitorOf(actor.address)}`]),
        `signup:${actor.accountId}`,
      ];
    case "anonymous":
      return [`signup:${visitorOf(actor.address)}`];
    default:
      return actor satisfies never;
  }
}

export function emailTaken(): Fault {
  return new Fault("CONFLICT", "This e-mail address has an account already.", {
    fields: { email: "has an account already" },
  });
}
