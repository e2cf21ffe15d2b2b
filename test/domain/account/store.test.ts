import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newId } from "../../../src/domain/account/new-key.ts";
import {
  findAccount,
  insertAccount,
  insertKey,
  keyCount,
  keyPage,
  type KeyRow,
  listKeys,
} from "../../../src/store/account.ts";
import { openDatabase } from "../../../src/store/database.ts";

const db = openDatabase(env.DB);

async function plan(query: { toSQL(): { sql: string; params: unknown[] } }): Promise<string> {
  const { sql, params } = query.toSQL();
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

const account = () => ({
  id: newId("acct"),
  email: `${crypto.randomUUID()}@example.com`,
  passwordHash: "",
  createdAt: 0,
});

function key(accountId: string, createdAt = 0): KeyRow {
  const id = newId("key");
  const secret = { prefix: id, hash: "" };
  return { id, accountId, name: "", ...secret, scope: "full", expiresAt: null, createdAt };
}

describe("the catalogue's keys", () => {
  it("are listed along an index, and counted in it alone", async () => {
    const page = await plan(keyPage(db, "acct_1", { offset: 5, limit: 10 }));
    expect(page).toContain("USING INDEX keys_by_account");
    expect(page).not.toMatch(/SCAN|TEMP B-TREE/);
    const count = await plan(keyCount(db, "acct_1"));
    expect(count).toContain("USING COVERING INDEX keys_by_account");
    expect(count).not.toContain("SCAN");
  });

  it("come newest first, page by page, each account's own", async () => {
    const [owner, other] = [newId("acct"), newId("acct")];
    const rows = [1, 2, 2, 3].map((createdAt) => key(owner, createdAt));
    for (const row of [...rows, key(other, 9)]) await insertKey(db, row, 10);
    const first = await listKeys(db, owner, { offset: 0, limit: 3 });
    const rest = await listKeys(db, owner, { offset: 3, limit: 3 });
    expect(first.total).toBe(4);
    const times = [...first.rows, ...rest.rows].map(({ createdAt }) => createdAt);
    expect(times).toEqual([3, 2, 2, 1]);
    expect(new Set([...first.rows, ...rest.rows].map(({ id }) => id)).size).toBe(4);
  });

  it("are no more than an account may have, even when made at once", async () => {
    const owner = newId("acct");
    const made = await Promise.all(Array.from({ length: 6 }, () => insertKey(db, key(owner), 4)));
    expect(made.filter((refused) => refused === null)).toHaveLength(4);
    expect(made.filter((refused) => refused === "limit")).toHaveLength(2);
  });
});

describe("an account", () => {
  it("is made with its first key or not at all", async () => {
    const [one, two, three] = [account(), account(), account()];
    const first = key(one.id);
    expect(await insertAccount(db, one, first)).toBeNull();
    expect(await insertAccount(db, { ...two, email: one.email }, key(two.id))).toBe("email");
    expect(await insertAccount(db, three, { ...key(three.id), prefix: first.prefix })).toBe(
      "prefix",
    );
    expect(await findAccount(db, two.id)).toBeUndefined();
    expect(await findAccount(db, three.id)).toBeUndefined();
  });
});
