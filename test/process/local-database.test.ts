import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fingerprintKey } from "../../src/domain/account/key.ts";
import { verifyPassword } from "../../src/domain/account/password.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

let state: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "outrider-db-test-"));
});

afterAll(async () => {
  await rm(state, { recursive: true, force: true });
});

test("the demo account is what .dev.vars says, now and after a change, and wrangler finds nothing to migrate", async () => {
  await prepare({
    DEMO_EMAIL: "demo@outrider.local",
    DEMO_PASSWORD: "first",
    DEMO_API_KEY: "ork_first-key-of-the-demo-account",
  });
  const before = await demo();
  expect(before.email).toBe("demo@outrider.local");
  expect(await verifyPassword("first", before.password_hash)).toBe(true);
  expect(before).toMatchObject(await fingerprintKey("ork_first-key-of-the-demo-account"));

  await prepare({
    DEMO_EMAIL: "demo@outrider.local",
    DEMO_PASSWORD: "first",
    DEMO_API_KEY: "ork_first-key-of-the-demo-account",
  });
  expect(await demo()).toEqual(before);

  await prepare({
    DEMO_EMAIL: "Me@Example.org",
    DEMO_PASSWORD: "second",
    DEMO_API_KEY: "ork_other-key-of-the-demo-account",
  });
  const after = await demo();
  expect(after).toMatchObject({
    id: before.id,
    created_at: before.created_at,
    email: "me@example.org",
  });
  expect(await verifyPassword("second", after.password_hash)).toBe(true);
  expect(after).toMatchObject(await fingerprintKey("ork_other-key-of-the-demo-account"));

  await prepare({ DEMO_EMAIL: "me@example.org", DEMO_PASSWORD: "second", DEMO_API_KEY: "" });
  expect(await query("SELECT id FROM keys")).toEqual([]);

  const { stdout } = await run(
    process.execPath,
    [
      join(ROOT, "node_modules/wrangler/bin/wrangler.js"),
      "d1",
      "migrations",
      "apply",
      "outrider",
      "--local",
      "--persist-to",
      state,
    ],
    { cwd: ROOT, env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" } },
  );
  expect(stdout).toContain("No migrations to apply");
});

interface Demo {
  id: string;
  email: string;
  password_hash: string;
  created_at: number;
  prefix: string;
  hash: string;
}

async function prepare(vars: Record<string, string>): Promise<void> {
  const file = join(state, ".dev.vars");
  await writeFile(
    file,
    Object.entries(vars)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(""),
  );
  await run(process.execPath, [join(ROOT, "scripts/local-database.ts"), state, file], {
    cwd: ROOT,
  });
}

async function demo(): Promise<Demo> {
  const rows = await query(
    `SELECT accounts.id, email, password_hash, accounts.created_at, prefix, hash
     FROM accounts JOIN keys ON keys.account_id = accounts.id`,
  );
  expect(rows).toHaveLength(1);
  return rows[0] as unknown as Demo;
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const folder = join(state, "v3/d1/miniflare-D1DatabaseObject");
  const name = (await readdir(folder)).find(
    (file) => file.endsWith(".sqlite") && file !== "metadata.sqlite",
  );
  const database = new DatabaseSync(join(folder, name ?? "missing"), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
