/**
 * The process around workerd: the product, the baseline, the bare prober and the bare lists side by
 * side in one runtime, each on a socket of its own, with no proxy between. Forked by stack.ts; ends when that one is gone.
 *
 * Arguments: the folder of the bundles, the folder of the data, the `.dev.vars`.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { readVars } from "../../scripts/dev-vars.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/**
 * How wrangler bundles what is no script, by how the name ends: a Worker's one script is its entry,
 * and a package's `./wasm` has no suffix.
 */
const TYPES: Record<string, "CompiledWasm" | "Text" | "Data"> = {
  js: "Text",
  json: "Text",
  wasm: "CompiledWasm",
  txt: "Text",
  html: "Text",
  sql: "Text",
  bin: "Data",
};
const NAMES = {
  outrider: "outrider",
  baseline: "baseline",
  prober: "prober",
  lists: "lists",
  sandbox: "sandbox",
} as const;

/** What the parent is told once all of them answer. */
export interface Ready {
  outrider: string;
  baseline: string;
  prober: string;
  lists: string;
  sandbox: string;
}

const [bundles, data, varsFile] = process.argv.slice(2);
if (bundles === undefined || data === undefined || varsFile === undefined) {
  throw new Error("Usage: server.ts <bundles> <data> <vars file>");
}

const runtime = new Miniflare(
  convertV4MiniflareOptions({
    resourcePersistencePath: join(data, "v3"),
    // The product writes a line per request; reading it is part of a deployment, printing is not.
    handleStructuredLogs: ({ level, message }) => {
      if (level === "error") console.error(message);
    },
    workers: [
      await worker(
        NAMES.outrider,
        join(ROOT, "wrangler.toml"),
        readVars(await readFile(varsFile, "utf8")),
      ),
      await worker(NAMES.baseline, join(ROOT, "bench/baseline/wrangler.toml"), {}),
      await worker(NAMES.prober, join(ROOT, "bench/prober/wrangler.toml"), {}),
      await worker(NAMES.lists, join(ROOT, "bench/lists/wrangler.toml"), {}),
      await worker(NAMES.sandbox, join(ROOT, "bench/sandbox/wrangler.toml"), {}),
    ],
  }),
);

process.on("disconnect", () => void end());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);

await runtime.ready;
const ready: Ready = {
  outrider: (await runtime.unsafeGetDirectURL(NAMES.outrider)).origin,
  baseline: (await runtime.unsafeGetDirectURL(NAMES.baseline)).origin,
  prober: (await runtime.unsafeGetDirectURL(NAMES.prober)).origin,
  lists: (await runtime.unsafeGetDirectURL(NAMES.lists)).origin,
  sandbox: (await runtime.unsafeGetDirectURL(NAMES.sandbox)).origin,
};
process.send?.(ready);

async function end(): Promise<void> {
  await runtime.dispose();
  process.exit(0);
}

/** A Worker as its settings describe it, in the form that `wrangler deploy` would send. */
async function worker(
  name: string,
  configPath: string,
  vars: Record<string, string>,
): Promise<V4WorkerOptions> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(configPath);
  const { modulesRules: _rules, ...bindings } = workerOptions;
  const folder = join(bundles ?? "", name);
  const entry = `${basename(unstable_readConfig({ config: configPath }).main ?? "", ".ts")}.js`;
  const others = (await readdir(folder)).flatMap((file) => {
    const type = file === entry ? undefined : TYPES[/[.-](\w+)$/.exec(file)?.[1] ?? ""];
    return type ? [{ type, path: join(folder, file) }] : [];
  });
  return {
    ...bindings,
    name,
    rootPath: folder,
    modulesRoot: folder,
    modules: [{ type: "ESModule", path: join(folder, entry) }, ...others],
    bindings: { ...(workerOptions.bindings as Record<string, string>), ...vars },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}
