import type { Account, InvoiceInfo, Key, UsageReport } from "../../domain/account/index.ts";

/** Between the wire's spelling and the domain's. Pure. */

/** Of tokens that do not expire: the document's `expire` is always a date. */
const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59);

/** `2026-11-21 12:00:00`, UTC. */
export function datetime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

export function fromAccount(account: Account) {
  const { email, tz, points, signedInAt, createdAt } = account;
  // Whoever never signed in gave the password when the account was made.
  return { email, logged: datetime(signedInAt ?? createdAt), tz, points };
}

/** A listed token goes by its public id: the token itself is shown once. */
export function fromKey({ id, expiresAt }: Key) {
  return fromToken(id, expiresAt);
}

export function fromToken(token: string, expiresAt: number | null) {
  return { token, expire: datetime(expiresAt ?? NEVER) };
}

export function fromUsage({ day, month, limits }: UsageReport) {
  return {
    dailyUsage: day,
    dailyLimit: limits.requestsPerDay,
    monthlyUsage: month,
    monthlyLimit: limits.requestsPerMonth,
  };
}

/** What is null counts as left out. */
export function toInvoiceInfo(
  given: Partial<Record<keyof InvoiceInfo, string | null | undefined>>,
): Partial<InvoiceInfo> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
}
