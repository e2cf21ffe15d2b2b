import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { areKeysLive, authenticate, forgetKey } from "../../../src/domain/account/authenticate.ts";
import { fingerprintKey, newKey } from "../../../src/domain/account/key.ts";
import { newId } from "../../../src/domain/account/new-key.ts";
import { deleteKey, insertKey } from "../../../src/store/account.ts";
import { openDatabase } from "../../../src/store/database.ts";

const db = openDatabase(env.DB);

/** A stored key, and a clock to look at it by. */
async function stored(expiresAt: number | null = null, secret = newKey()) {
  const row = {
    id: newId("key"),
    accountId: newId("acct"),
    name: "k",
    scope: "read" as const,
    expiresAt,
    createdAt: 0,
    ...(await fingerprintKey(secret)),
  };
  await insertKey(db, row, 10);
  const clock = { now: 1_000_000 };
  const deps = { db, now: () => clock.now };
  const revoke = () => deleteKey(db, row.accountId, row.id);
  return { secret, row, clock, deps, revoke };
}

describe("authentication", () => {
  it("finds the account of a key", async () => {
    const { secret, row, deps } = await stored();
    expect(await authenticate(deps, secret)).toEqual({
      type: "account",
      accountId: row.accountId,
      keyId: row.id,
      scope: "read",
      keyExpiresAt: null,
    });
  });

  it("finds none for a key that is only nearly right, empty or endless", async () => {
    const { secret, deps } = await stored();
    const last = secret.endsWith("a") ? "b" : "a";
    expect(await authenticate(deps, secret.slice(0, -1) + last)).toBeNull();
    expect(await authenticate(deps, secret.slice(0, 12))).toBeNull();
    expect(await authenticate(deps, newKey())).toBeNull();
    expect(await authenticate(deps, "")).toBeNull();
    expect(await authenticate(deps, "x".repeat(100_000))).toBeNull();
  });

  it("takes a key that somebody chose by hand", async () => {
    const { secret, row, deps } = await stored(null, `demo-${crypto.randomUUID()}`);
    expect(await authenticate(deps, secret)).toMatchObject({ keyId: row.id });
  });

  it("refuses a key from the moment it expires, known or not", async () => {
    const { secret, clock, deps } = await stored(1_002_000);
    expect(await authenticate(deps, secret)).not.toBeNull();
    clock.now = 1_002_000;
    expect(await authenticate(deps, secret)).toBeNull();
    expect(await authenticate(deps, secret, { fresh: true })).toBeNull();
  });

  it("refuses a revoked key within five seconds elsewhere, at once when asked afresh", async () => {
    const { secret, clock, deps, revoke } = await stored();
    await authenticate(deps, secret);
    await revoke();
    clock.now += 4_999;
    expect(await authenticate(deps, secret)).not.toBeNull();
    clock.now += 1;
    expect(await authenticate(deps, secret)).toBeNull();
  });

  it("asks afresh where that is wanted, and then knows", async () => {
    const { secret, deps, revoke } = await stored();
    await authenticate(deps, secret);
    await revoke();
    expect(await authenticate(deps, secret, { fresh: true })).toBeNull();
    expect(await authenticate(deps, secret)).toBeNull();
  });

  it("forgets a key that was revoked here, even one that is being looked up", async () => {
    const { secret, row, deps, revoke } = await stored();
    await authenticate(deps, secret);
    const under = authenticate(deps, secret, { fresh: true });
    forgetKey(row.id);
    await under;
    await revoke();
    expect(await authenticate(deps, secret)).toBeNull();
  });

  it("lets a key in a second after it was tried too early", async () => {
    const secret = newKey();
    const clock = { now: 1_000_000 };
    expect(await authenticate({ db, now: () => clock.now }, secret)).toBeNull();
    await stored(null, secret);
    clock.now += 1000;
    expect(await authenticate({ db, now: () => clock.now }, secret)).not.toBeNull();
  });
});

describe("open sockets' keys", () => {
  it("are live until they are revoked or expire, however many they are", async () => {
    const [live, expired, revoked] = await Promise.all([stored(), stored(1_000_000), stored()]);
    await revoked.revoke();
    const ids = [live.row.id, expired.row.id, revoked.row.id];
    const many = [...ids, ...Array.from({ length: 500 }, () => newId("key"))];
    expect(await areKeysLive(db, many, 1_000_000)).toEqual(new Set([live.row.id]));
    expect(await areKeysLive(db, many, 999_999)).toEqual(new Set([live.row.id, expired.row.id]));
    expect(await areKeysLive(db, [], 0)).toEqual(new Set());
  });
});
