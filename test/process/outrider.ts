/** `npm start` as a child of a test, with data, settings and temporary files of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseEnv } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
const READY_LIMIT_MS = 90_000;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Outrider {
  url: string;
  /** The demo account's key. */
  key: string;
  process: ChildProcess;
  /** Standard output and error so far. */
  output: () => string;
  ended: Promise<Ended>;
  /** Sends a signal and waits for the end. */
  stop: (signal?: NodeJS.Signals) => Promise<Ended>;
}

export interface OutriderOptions {
  port: number;
  /** From `makeFolder`: data, `.dev.vars` and temporary files; what is kept across a restart. */
  dir: string;
  env?: Record<string, string>;
}

/** A folder for one test's Outrider; short, for there will be Unix sockets below it. */
export async function makeFolder(): Promise<string> {
  const dir = await mkdtemp("/tmp/ort-");
  await mkdir(join(dir, "t"));
  return dir;
}

/** Kills whatever is left of the folder's runs and removes it. */
export async function removeFolder(dir: string): Promise<void> {
  for (let look = 0; look < 20; look++) {
    const left = await processesOf(dir);
    if (left.length === 0) break;
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    await wait(100);
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Runs `scripts/start.ts` without waiting for anything. */
export function launchOutrider({ port, dir, env = {} }: OutriderOptions): Omit<Outrider, "key"> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.ts")], {
    cwd: ROOT,
    env: {
      ...ownEnvironment(),
      ...env,
      PORT: String(port),
      OUTRIDER_STATE: join(dir, "state"),
      TMPDIR: join(dir, "t"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  const ended = new Promise<Ended>((end) =>
    child.once("close", (code, signal) => end({ code, signal })),
  );
  return {
    url: `http://localhost:${port}`,
    process: child,
    output: () => output,
    ended,
    stop: async (signal = "SIGINT") => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts Outrider and waits until it says that it is ready. */
export async function startOutrider(options: OutriderOptions): Promise<Outrider> {
  const outrider = launchOutrider(options);
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!outrider.output().includes("Outrider is ready")) {
    const ended = await Promise.race([outrider.ended, wait(100)]);
    if (ended !== undefined || Date.now() > deadline) {
      throw new Error(`Outrider did not start:\n${outrider.output()}`);
    }
  }
  const { DEMO_API_KEY: key = "" } = await devVars(options.dir);
  return { ...outrider, key };
}

/** What the run's `.dev.vars` says. */
export async function devVars(dir: string): Promise<NodeJS.Dict<string>> {
  return parseEnv(await readFile(join(dir, "state", ".dev.vars"), "utf8"));
}

export interface RunningProcess {
  pid: number;
  command: string;
}

/**
 * Every living process with the folder in its environment or on its command line: start itself, its
 * watchdog, wrangler, workerd, esbuild, all of Chromium. Reads /proc: elsewhere it sees none.
 */
export async function processesOf(dir: string): Promise<RunningProcess[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
      const [command, environment, status] = await Promise.all([
        read("cmdline"),
        read("environ"),
        read("status"),
      ]);
      const living = status !== "" && !/^State:\s+[ZX]/m.test(status);
      const marked = command.includes(`${dir}/`) || environment.includes(`=${dir}/`);
      return living && marked && pid !== process.pid
        ? [{ pid, command: command.replaceAll("\0", " ").trim() }]
        : [];
    }),
  );
  return found.flat();
}

/** SIGKILL to the Worker's runtime, so that nothing can be written at the last moment. */
export async function killRuntime(dir: string): Promise<void> {
  const runtimes = (await processesOf(dir)).filter(({ command }) =>
    /(?:^|\/)workerd\b/.test(command),
  );
  if (runtimes.length === 0) throw new Error("There is no runtime to kill.");
  for (const { pid } of runtimes) process.kill(pid, "SIGKILL");
}

/** Waits until no process of the folder is left; returns those that still are after the limit. */
export async function processesLeft(dir: string, limitMs: number): Promise<RunningProcess[]> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const left = await processesOf(dir);
    if (left.length === 0 || Date.now() > deadline) return left;
    await wait(100);
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** The test's own environment without what a test runner or npm adds to it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_|VITE|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL$|OUTRIDER_)/.test(
          name,
        ),
    ),
  );
}
