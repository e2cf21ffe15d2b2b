/**
 * `npm run bundle`: what would be deployed is small and starts fast.
 *
 * The size is the sum of all modules (text and WebAssembly included), each compressed by gzip. One
 * is counted apart: the interpreter for platforms that cannot suspend WebAssembly, which lies there
 * unread wherever the platform can. The
 * start-up is the work that V8's profile shows, without the idle time; of three runs the best
 * counts, because a busy machine can only make it look slower than it is.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { startupWork } from "./startup-work.ts";
import { wranglerEnvironment } from "./worker-process.ts";

const ROOT = resolve(import.meta.dirname, "..");
const SIZE_LIMIT_KIB = 1024;
const FALLBACK = "@jitl/quickjs-wasmfile-release-asyncify/wasm";
const STARTUP_LIMIT_MS = 200;
const RUNS = 3;

const folder = await mkdtemp(join(tmpdir(), "outrider-bundle-"));
try {
  const results = [await checkSize(), await checkStartup()];
  if (results.includes(false)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function checkSize(): Promise<boolean> {
  const output = join(folder, "out");
  await wrangler("deploy", "--dry-run", "--outdir", output);
  const names = (await readdir(output, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== "README.md" && !entry.name.endsWith(".map"))
    .map((entry) => join(entry.parentPath, entry.name));
  const fallback = await readFile(createRequire(import.meta.url).resolve(FALLBACK));
  const all = await Promise.all(names.map(async (name) => readFile(name)));
  const modules = all.filter((content) => !content.equals(fallback));
  const plain = kibibytes(modules.map(({ length }) => length));
  const packed = kibibytes(modules.map((content) => gzipSync(content).length));
  const fits = packed <= SIZE_LIMIT_KIB;
  const figure = `Bundle: ${packed.toFixed(0)} KiB gzip (${plain.toFixed(0)} KiB plain, ${modules.length} module${modules.length === 1 ? "" : "s"})`;
  const apart = `beside it ${kibibytes([gzipSync(fallback).length]).toFixed(0)} KiB of the fallback interpreter`;
  report(fits, `${figure}; at most ${SIZE_LIMIT_KIB} KiB gzip; ${apart}`);
  return fits;
}

async function checkStartup(): Promise<boolean> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const profile = join(folder, `startup-${run}.cpuprofile`);
    await wrangler("check", "startup", "--outfile", profile);
    runs.push(startupWork(await readFile(profile, "utf8")));
  }
  const best = Math.min(...runs);
  const fits = best <= STARTUP_LIMIT_MS;
  const list = runs.map((milliseconds) => milliseconds.toFixed(0)).join(", ");
  report(
    fits,
    `Start-up: ${best.toFixed(0)} ms of work (best of ${list}); at most ${STARTUP_LIMIT_MS} ms`,
  );
  return fits;
}

async function wrangler(...args: string[]): Promise<void> {
  const cli = createRequire(import.meta.url).resolve("wrangler");
  try {
    await promisify(execFile)(process.execPath, ["--no-warnings", cli, ...args], {
      cwd: ROOT,
      env: { ...wranglerEnvironment(folder), CI: "true" },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`wrangler ${args.slice(0, 2).join(" ")} failed:\n${stdout}${stderr}`, {
      cause: error,
    });
  }
}

function kibibytes(sizes: number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

function report(fits: boolean, line: string): void {
  if (fits) console.log(line);
  else console.error(`${line}: TOO MUCH`);
}
