import {
  changeAccount,
  deleteExpiredKeys,
  findAccountByEmail,
  insertKey,
  type KeyRow,
} from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Key, keyOf } from "./account.ts";
import { MAX_KEYS } from "./create-key.ts";
import { storeNewKey } from "./new-key.ts";
import { verifyPassword } from "./password.ts";
import { assertMayTry } from "./tries.ts";

export interface SignInInput {
  email: string;
  password: string;
}

/** How long a sign-in lasts, in milliseconds: 30 days. */
const SIGN_IN_MS = 30 * 24 * 60 * 60 * 1000;
/** Nobody's: checked where there is no account, so that time does not tell who has one. */
const NOBODY =
  "$scrypt$ln=14,r=8,p=5$vZ2QyQJk0l3mX1r8c5W4hA$Yf0oY0b3l1m2n3o4p5q6r7s8t9u0v1w2x3y4z5A6B7C";

/**
 * Signs in by e-mail address and password: a key that ends by itself after 30 days, in the result
 * and nowhere else.
 * @throws Fault RATE_LIMITED for too many tries, before any password is hashed;
 * INVALID_CREDENTIAL that does not tell which of the two was wrong.
 */
export async function signIn(
  ctx: Ctx,
  input: SignInInput,
): Promise<{ key: Key & { expiresAt: number }; secret: string }> {
  const email = input.email.trim().toLowerCase();
  await assertMayTry(ctx, "sign-in", email);
  const account = await findAccountByEmail(ctx.db, email);
  const genuine = await verifyPassword(input.password, account?.passwordHash ?? NOBODY);
  if (!account || !genuine) {
    throw new Fault("INVALID_CREDENTIAL", "Wrong e-mail address or password.");
  }
  const createdAt = ctx.now();
  const expiresAt = createdAt + SIGN_IN_MS;
  const { row, secret } = await storeNewKey(
    { accountId: account.id, name: "Sign-in", scope: "full", expiresAt, createdAt },
    (key) => insertSignIn(ctx, key),
  );
  await changeAccount(ctx.db, account.id, { signedInAt: createdAt });
  return { key: { ...keyOf(row), expiresAt }, secret };
}

/** Sign-ins that are over make room for this one. */
async function insertSignIn(ctx: Ctx, key: KeyRow): Promise<boolean> {
  let refused = await insertKey(ctx.db, key, MAX_KEYS);
  if (refused === "limit") {
    await deleteExpiredKeys(ctx.db, key.accountId, key.createdAt);
    refused = await insertKey(ctx.db, key, MAX_KEYS);
  }
  if (refused === "limit") {
    throw new Fault("LIMIT_REACHED", `This account has ${MAX_KEYS} keys: revoke one first.`);
  }
  return refused === null;
}
