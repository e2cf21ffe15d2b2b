import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  addPoints,
  createAccount,
  createKey,
  getAccount,
  revokeKey,
} from "../../../src/domain/account/index.ts";
import type { Actor, Ctx } from "../../../src/domain/context.ts";
import { Fault } from "../../../src/domain/errors.ts";
import type { LiveSessions, Meter, Ports } from "../../../src/domain/ports.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { sessions } from "../../../src/store/schema/session.ts";

const db = openDatabase(env.DB);
const operator: Actor = { type: "operator" };
const visitor: Actor = { type: "anonymous", address: "2001:db8:1:2::7" };
const wish = () => ({ email: `${crypto.randomUUID()}@example.com`, password: "long enough" });

/** A context over the real catalogue, with the doors and sessions that it asked. */
function contextOf(actor: Actor, settings: Partial<Ctx["settings"]> = {}) {
  const doors: [string, number, number][] = [];
  const told: [string, string][] = [];
  const deferred: Promise<unknown>[] = [];
  const errors: string[] = [];
  const meter: Pick<Meter, "attempt"> = {
    attempt: async (bucket, limit, seconds) => {
      doors.push([bucket, limit, seconds]);
      if (doors.length > limit) throw new Fault("RATE_LIMITED", "Too many attempts.");
    },
  };
  const live: Pick<LiveSessions, "dropKey"> = {
    dropKey: async (id, keyId) => {
      if (id.endsWith("-dead")) throw new Error("no answer");
      told.push([id, keyId]);
    },
  };
  const ctx: Ctx = {
    actor,
    origin: "https://outrider.test",
    db,
    ports: { meter, sessions: live, telemetry: { dropKey: async () => {} } } as unknown as Ports,
    settings: {
      signup: "open",
      maxSessions: 10,
      regions: [],
      rateLimitPerMinute: 10,
      signupsPerHour: 2,
      version: "test",
      ...settings,
    } as Ctx["settings"],
    now: Date.now,
    defer: (work) => deferred.push(work),
    log: { info: () => {}, error: (event) => errors.push(event) },
  };
  return { ctx, doors, told, errors, settled: () => Promise.all(deferred) };
}

/** A new account's actor. */
async function ownerOf(scope: "full" | "read" = "full"): Promise<Actor> {
  const { account } = await createAccount(contextOf(operator).ctx, wish());
  const keyId = "key_unused";
  return { type: "account", accountId: account.id, keyId, scope, keyExpiresAt: null };
}

describe("signing up", () => {
  it("is limited per network and hour", async () => {
    const { ctx, doors } = contextOf(visitor);
    await createAccount(ctx, wish());
    await createAccount(ctx, wish());
    await expect(createAccount(ctx, wish())).rejects.toMatchObject({ code: "RATE_LIMITED" });
    const door = ["signup:2001:db8:1:2::/64", 2, 3600];
    expect(doors).toEqual([door, door, door]);
  });

  it("is not limited for the operator", async () => {
    const { ctx, doors } = contextOf(operator, { signup: "closed", signupsPerHour: 0 });
    await createAccount(ctx, wish());
    expect(doors).toEqual([]);
  });

  it("is the operator's alone where it is closed", async () => {
    const owner = await ownerOf();
    for (const actor of [visitor, owner]) {
      const { ctx, doors } = contextOf(actor, { signup: "closed" });
      await expect(createAccount(ctx, wish())).rejects.toMatchObject({ code: "FORBIDDEN" });
      expect(doors).toEqual([]);
    }
  });
});

describe("revoking a key", () => {
  it("closes its sockets on every session of the account, even when one does not answer", async () => {
    const owner = await ownerOf();
    if (owner.type !== "account") throw new Error("an account");
    const { ctx, told, errors, settled } = contextOf(owner);
    const { key } = await createKey(ctx, {});
    const ids = Array.from({ length: 25 }, (_, index) => `${owner.accountId}-${index}`);
    ids.push(`${owner.accountId}-dead`);
    for (const id of ids) {
      const accountId = owner.accountId;
      await db.insert(sessions).values({ id, accountId, region: "enam", createdAt: 0 });
    }
    await revokeKey(ctx, { keyId: key.id });
    await settled();
    const living = ids.slice(0, 25).map((id) => [id, key.id]);
    expect(told.toSorted()).toEqual(living.toSorted());
    expect(errors).toEqual(["drop_key"]);
  });
});

describe("access", () => {
  it("is decided by verb", async () => {
    const reader = await ownerOf("read");
    await expect(createKey(contextOf(reader).ctx, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(getAccount(contextOf(reader).ctx)).resolves.toMatchObject({ tz: "UTC" });
    await expect(getAccount(contextOf(visitor).ctx)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    await expect(getAccount(contextOf(operator).ctx)).rejects.toMatchObject({ code: "FORBIDDEN" });
    const points = { accountId: "acct_x", points: 1 };
    await expect(addPoints(contextOf(visitor).ctx, points)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    await expect(addPoints(contextOf(reader).ctx, points)).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});
