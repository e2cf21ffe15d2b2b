/** The product as deployed, in a workerd of its own, the baseline and the bare prober beside it. */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { ensureDevVars } from "../../scripts/dev-vars.ts";
import { Api } from "./api.ts";
import { childOf } from "./linux.ts";
import type { Ready } from "./server.ts";

const ROOT = resolve(import.meta.dirname, "../..");

export interface Stack {
  /** The product, with the demo account's key. */
  outrider: Api;
  /** Hono and one D1 query, in the same workerd on the same database. */
  baseline: Api;
  /** The product's prober alone, behind `GET /probe?target=`. */
  prober: Api;
  /** The product's paging of checks alone: bench/lists/worker.ts. */
  lists: Api;
  /** The product's sandbox alone: bench/sandbox/worker.ts. */
  sandbox: Api;
  /** The process that is workerd; undefined where it cannot be told. */
  workerd: number | undefined;
}

/** Bundles the Workers, makes a fresh database with the demo account, and starts workerd. */
export async function startStack(folder: string): Promise<Stack> {
  const bundles = join(folder, "bundles");
  const data = join(folder, "data");
  const varsFile = join(folder, ".dev.vars");
  await mkdir(data, { recursive: true });
  const { values } = await ensureDevVars(varsFile);
  await Promise.all([
    bundle("wrangler.toml", join(bundles, "outrider")),
    bundle("bench/baseline/wrangler.toml", join(bundles, "baseline")),
    bundle("bench/prober/wrangler.toml", join(bundles, "prober")),
    bundle("bench/lists/wrangler.toml", join(bundles, "lists")),
    bundle("bench/sandbox/wrangler.toml", join(bundles, "sandbox")),
    node(join(ROOT, "scripts/local-database.ts"), data, varsFile),
  ]);
  const server = fork(join(import.meta.dirname, "server.ts"), [bundles, data, varsFile], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: ["--no-warnings"],
  });
  const [ready] = (await Promise.race([
    once(server, "message"),
    once(server, "exit").then(([code]) => {
      throw new Error(`The server of the benches ended with ${String(code)}.`);
    }),
  ])) as [Ready];
  // It must not keep this process alive; it ends with it.
  server.unref();
  server.channel?.unref();
  return {
    outrider: new Api(ready.outrider, values["DEMO_API_KEY"] ?? ""),
    baseline: new Api(ready.baseline),
    prober: new Api(ready.prober),
    lists: new Api(ready.lists),
    sandbox: new Api(ready.sandbox),
    workerd: await childOf(server.pid, "workerd"),
  };
}

async function bundle(config: string, output: string): Promise<void> {
  const cli = createRequire(import.meta.url).resolve("wrangler");
  await node(cli, "deploy", "--dry-run", "--config", join(ROOT, config), "--outdir", output);
}

async function node(...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ["--no-warnings", ...args], {
      cwd: ROOT,
      env: { ...process.env, CI: "true" },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
