/**
 * `npm start`: Outrider on this machine, with a real local browser.
 *
 * PORT            where it listens (8787)
 * OUTRIDER_STATE  a folder for its data and its `.dev.vars`; without it `.wrangler/state` and
 *                 `.dev.vars` of the project
 * CHROME_PATH     the browser to use
 *
 * Ends with 0 when asked to stop (SIGINT, SIGTERM, SIGHUP), 130 when a second Ctrl-C forced it, and
 * 1 when it could not start or wrangler died.
 */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cacheHome } from "./chromium-paths.ts";
import { ensureChromium } from "./chromium.ts";
import { startCronClock } from "./cron-clock.ts";
import { ensureDevVars } from "./dev-vars.ts";
import { readPort, tryPort } from "./port.ts";
import { RUN_VARIABLE } from "./processes.ts";
import { openRun, otherRuns, sweepRun, type OpenRun } from "./run-folder.ts";
import {
  startWorker,
  untilHealthy,
  wranglerEnvironment,
  type Ending,
  type WorkerProcess,
} from "./worker-process.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** wrangler writes mail that is sent on this machine below it, and takes it out at the end. */
const LETTERS = join(ROOT, ".wrangler", "tmp", "email");
const GRACE_MS = 3_000;
/** Until what the Worker logged of our own polls has come through. */
const SETTLE_MS = 200;
/** npm passes a Ctrl-C on that the terminal has sent to all already; this near it is the same one. */
const SAME_SIGNAL_MS = 500;

/** Ends by itself only when something fails: a stop is asked for by a signal. */
class Failure extends Error {}

const stopRequest = Promise.withResolvers<Ending>();
const forceRequest = Promise.withResolvers<Ending>();

const exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Failure ? error.message : error);
  return 1;
});
// Not by running dry: a poll or a timer may still wait for something that is swept by now.
process.exit(exitCode);

async function main(): Promise<number> {
  const port = portFromEnvironment();
  const stateFolder = process.env["OUTRIDER_STATE"];
  const state = resolve(stateFolder ?? join(ROOT, ".wrangler", "state"));
  const varsFile = join(stateFolder === undefined ? ROOT : state, ".dev.vars");
  const origin = `http://localhost:${port}`;

  const { alive, dead } = await otherRuns();
  for (const run of dead) await sweepRun(run);
  const twin = alive.find(({ record }) => record.state === state);
  if (twin)
    throw new Failure(`Outrider runs on this data already, at ${twin.record.url}. Stop it first.`);
  const ip = await addressFor(port);

  listenForSignals();
  // Resolved before TMPDIR changes: with no home folder the cache is in the temporary one.
  const cache = cacheHome(process.platform, process.env, homedir(), tmpdir());
  const run = await openRun({ state, url: origin });
  const watchdog = startWatchdog(run);
  // From here on every child carries the run's mark and puts its temporary files into its folder.
  Object.assign(process.env, {
    [RUN_VARIABLE]: run.folder,
    TMPDIR: run.folder,
    TEMP: run.folder,
    TMP: run.folder,
    XDG_CACHE_HOME: cache,
  });
  try {
    await mkdir(state, { recursive: true });
    const vars = await ensureDevVars(varsFile);
    const prepared = Promise.all([
      ensureChromium({ say: console.log }).catch(fail),
      runScript("local-database.ts", state, varsFile),
    ]);
    const early = await Promise.race([prepared, stopRequest.promise, forceRequest.promise]);
    if (!Array.isArray(early)) return early.code;

    const worker = startWorker(ROOT, {
      folder: run.folder,
      port,
      ip,
      state,
      ...(stateFolder === undefined ? {} : { varsFile }),
    });
    await run.update(worker.child.pid === undefined ? {} : { group: worker.child.pid });
    watchdog.tell(run);
    const ready = await Promise.race([
      untilHealthy(origin),
      worker.ended,
      stopRequest.promise,
      forceRequest.promise,
    ]);
    if (ready !== "healthy") return await conclude(worker, ready);

    await wait(SETTLE_MS);
    worker.output.forEach((output) => output.release("drop"));
    const stopClock = startCronClock(origin, (line) => console.error(line));
    console.log(welcome(origin, vars.values, vars.made ? varsFile : undefined));
    const ending = await Promise.race([worker.ended, stopRequest.promise, forceRequest.promise]);
    stopClock();
    return await conclude(worker, ending);
  } finally {
    await run.sweep();
    watchdog.dismiss();
  }
}

function portFromEnvironment(): number {
  try {
    return readPort(process.env["PORT"]);
  } catch (error) {
    return fail(error);
  }
}

async function addressFor(port: number): Promise<string> {
  switch (await tryPort(port).catch(fail)) {
    case "taken":
      throw new Failure(
        `Port ${port} is taken. Stop what listens there, or choose another: PORT=8080 npm start`,
      );
    case "ipv4":
      return "127.0.0.1";
    case "both":
      return "localhost";
  }
}

/** For errors whose message says all that a person needs: their stack would only hide it. */
function fail(error: unknown): never {
  throw new Failure(error instanceof Error ? error.message : String(error), { cause: error });
}

function listenForSignals(): void {
  let first = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (first === 0) {
        first = Date.now();
        stopRequest.resolve({ code: 0, ...(signal === "SIGINT" ? { reason: "Stopping …" } : {}) });
      } else if (Date.now() - first > SAME_SIGNAL_MS) {
        forceRequest.resolve({ code: 130 });
      }
    });
  }
  // npm does not survive SIGKILL, and tells nobody.
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stopRequest.resolve({ code: 0 });
  }, 1000).unref();
}

/** A process of its own group that sweeps when this one is gone without having swept. */
function startWatchdog(run: OpenRun): { tell: (run: OpenRun) => void; dismiss: () => void } {
  const child = spawn(process.execPath, [join(import.meta.dirname, "watchdog.ts")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
  });
  child.unref();
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const tell = ({ folder, record }: OpenRun): void => {
    child.stdin.write(`${JSON.stringify({ folder, record })}\n`);
  };
  tell(run);
  return { tell, dismiss: () => child.kill("SIGKILL") };
}

async function runScript(name: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, name), ...args], {
    cwd: ROOT,
    env: wranglerEnvironment(tmpdir()),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise<number | null>((onExit, onError) => {
    child.once("error", onError);
    child.once("exit", onExit);
  });
  if (code !== 0) throw new Failure("Outrider cannot start without its database.");
}

/** Stops wrangler if it still runs: politely first, so that it can tidy up. The sweep does the rest. */
async function conclude(worker: WorkerProcess, ending: Ending): Promise<number> {
  if (ending.code !== 0) worker.output.forEach((output) => output.release("show"));
  if (ending.reason !== undefined) console.error(ending.reason);
  if (worker.child.exitCode === null && worker.child.signalCode === null) {
    worker.child.kill("SIGTERM");
    const forced = await Promise.race([worker.ended, wait(GRACE_MS), forceRequest.promise]);
    if (forced?.code === 130) return 130;
  }
  return ending.code;
}

function welcome(
  origin: string,
  vars: Record<string, string>,
  madeFile: string | undefined,
): string {
  const { DEMO_EMAIL: email = "", DEMO_PASSWORD: password = "", DEMO_API_KEY: key = "" } = vars;
  return [
    "",
    `  Outrider is ready at ${origin}`,
    "",
    `  Demo key     ${key}`,
    `  E-mail       ${email}`,
    `  Password     ${password}`,
    `  Mail         ${nearPath(LETTERS)}, until it stops; a line here names each letter's file`,
    "",
    "  Open a browser session:",
    "",
    `  curl -X POST ${origin}/sessions -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{}'`,
    "",
    ...(madeFile === undefined ? [] : [`  Its secrets and settings are in ${nearPath(madeFile)}.`]),
    "  Ctrl-C stops it, the browsers included. Data stays for the next start.",
    "",
  ].join("\n");
}

/** As one would type it here, when it lies below here. */
function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}
