/**
 * Brings the local D1 database up to date: the migrations, then the demo account. A process of its
 * own, because it loads all of wrangler, which would else stay in `npm start`'s memory.
 *
 * Usage: node scripts/local-database.ts <state folder> <vars file>
 */
import type { D1Database } from "@cloudflare/workers-types";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { getPlatformProxy, unstable_readConfig, unstable_splitSqlQuery } from "wrangler";
import { fingerprintKey } from "../src/domain/account/key.ts";
import { hashPassword, verifyPassword } from "../src/domain/account/password.ts";
import { readVars } from "./dev-vars.ts";

const ACCOUNT_ID = "acct_demo";
/** Checks that it may have made from each start on. */
const DEMO_POINTS = 1_000_000;
const KEY_ID = "key_demo";

/** The part of wrangler.toml's `[[d1_databases]]` that is read here. */
interface LocalDatabase {
  binding: string;
  migrations_dir?: string;
}

/** What `.dev.vars` says of the demo account. */
interface Demo {
  email: string;
  password: string;
  key: string;
}

/**
 * Applies what wrangler's own `d1 migrations apply` would, and notes it in the same table: either
 * can go on where the other stopped. Returns the names of what was applied now.
 */
async function migrate(db: D1Database, folder: string): Promise<string[]> {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    )
    .run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  const pending = files.filter((name) => !applied.has(name));
  for (const name of pending) {
    const statements = unstable_splitSqlQuery(await readFile(join(folder, name), "utf8"));
    await db.batch([
      ...statements.map((statement) => db.prepare(statement)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name),
    ]);
  }
  return pending;
}

/**
 * Makes the demo account what `.dev.vars` says. The Worker knows nothing of it: it is a row that
 * only this script writes, so it cannot exist in a deployment.
 */
async function seedDemo(db: D1Database, demo: Demo, now: number): Promise<void> {
  const { prefix, hash } = await fingerprintKey(demo.key);
  const email = demo.email.trim().toLowerCase();
  const stranger = await db
    .prepare("SELECT id FROM accounts WHERE email = ?1 AND id <> ?2")
    .bind(email, ACCOUNT_ID)
    .first();
  if (stranger !== null)
    throw new Error(
      `DEMO_EMAIL is ${email}, which another account here has already. Choose another one.`,
    );

  const known = await db
    .prepare("SELECT password_hash FROM accounts WHERE id = ?1")
    .bind(ACCOUNT_ID)
    .first<{ password_hash: string }>();
  const unchanged = known !== null && (await verifyPassword(demo.password, known.password_hash));
  const passwordHash = unchanged ? known.password_hash : await hashPassword(demo.password);
  await db.batch([
    db
      .prepare(
        `INSERT INTO accounts (id, email, password_hash, tz, points, flybrowser_create_status, created_at)
         VALUES (?1, ?2, ?3, 'UTC', ?5, 201, ?4)
         ON CONFLICT (id) DO UPDATE SET email = excluded.email,
           password_hash = excluded.password_hash, points = max(points, excluded.points)`,
      )
      .bind(ACCOUNT_ID, email, passwordHash, now, DEMO_POINTS),
    db
      .prepare(
        `INSERT INTO keys (id, account_id, name, prefix, hash, scope, expires_at, created_at)
         VALUES (?1, ?2, 'Demo', ?3, ?4, 'full', NULL, ?5)
         ON CONFLICT (id) DO UPDATE SET prefix = excluded.prefix, hash = excluded.hash,
           scope = excluded.scope, expires_at = NULL`,
      )
      .bind(KEY_ID, ACCOUNT_ID, prefix, hash, now),
  ]);
}

/** Whoever empties one of the DEMO_ settings wants nobody to get in by them. */
async function lockDemo(db: D1Database): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM keys WHERE id = ?1").bind(KEY_ID),
    db.prepare("UPDATE accounts SET password_hash = '' WHERE id = ?1").bind(ACCOUNT_ID),
  ]);
}

/** The settings' D1 binding alone: the Worker's other bindings only cost time and warnings here. */
async function openDatabase(
  root: string,
  state: string,
): Promise<{ db: D1Database; migrations: string; close: () => Promise<void> }> {
  const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
  const database = (config.d1_databases as LocalDatabase[]).find(({ binding }) => binding === "DB");
  if (database === undefined)
    throw new Error("wrangler.toml has no D1 database with the binding DB.");
  const folder = await mkdtemp(join(tmpdir(), "outrider-db-"));
  const configPath = join(folder, "wrangler.json");
  await writeFile(
    configPath,
    JSON.stringify({
      name: config.name,
      compatibility_date: config.compatibility_date,
      d1_databases: [database],
    }),
  );
  const proxy = await getPlatformProxy<{ DB: D1Database }>({
    configPath,
    persist: { path: join(state, "v3") },
  });
  return {
    db: proxy.env.DB,
    migrations: resolve(root, database.migrations_dir ?? "migrations"),
    close: async () => {
      await proxy.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function main(state: string, varsFile: string): Promise<void> {
  const vars = readVars(await readFile(varsFile, "utf8"));
  const { DEMO_EMAIL: email, DEMO_PASSWORD: password, DEMO_API_KEY: key } = vars;
  const { db, migrations, close } = await openDatabase(
    resolve(dirname(import.meta.filename), ".."),
    state,
  );
  try {
    const applied = await migrate(db, migrations);
    if (applied.length > 0) console.log(`Database: applied ${applied.join(", ")}`);
    if (email && password && key) await seedDemo(db, { email, password, key }, Date.now());
    else await lockDemo(db);
  } finally {
    await close();
  }
}

const [state, varsFile] = process.argv.slice(2);
if (state === undefined || varsFile === undefined) {
  console.error("Usage: node scripts/local-database.ts <state folder> <vars file>");
  process.exitCode = 2;
} else {
  await main(state, varsFile).catch((error: unknown) => {
    console.error(
      `The local database cannot be prepared: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = 1;
  });
}
