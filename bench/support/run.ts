/** One run of the benches: its temporary folder, and the end of every process it started. */
import { spawn } from "node:child_process";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheHome } from "../../scripts/chromium-paths.ts";
import { RUN_VARIABLE } from "../../scripts/processes.ts";
import { openRun } from "../../scripts/run-folder.ts";

const WATCHDOG = resolve(import.meta.dirname, "../../scripts/watchdog.ts");

export interface BenchRun {
  /** Everything temporary lies here, the children's files too. */
  folder: string;
  /** Ends what is left and removes the folder. */
  end: () => Promise<void>;
}

/**
 * Marks this process's children as `npm start` marks its own, so that the same sweep finds them
 * all, Chromiums with groups of their own too. It is done at the end, on a signal, and by a
 * watchdog when this process is killed.
 */
export async function openBenchRun(): Promise<BenchRun> {
  // Resolved before TMPDIR changes: with no home folder the cache is in the temporary one.
  const cache = cacheHome(process.platform, process.env, homedir(), tmpdir());
  const run = await openRun({ state: "bench", url: "" });
  const watchdog = spawn(process.execPath, [WATCHDOG], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
  });
  watchdog.unref();
  watchdog.stdin.on("error", () => undefined);
  watchdog.stdin.write(`${JSON.stringify({ folder: run.folder, record: run.record })}\n`);
  Object.assign(process.env, {
    [RUN_VARIABLE]: run.folder,
    TMPDIR: run.folder,
    TEMP: run.folder,
    TMP: run.folder,
    XDG_CACHE_HOME: cache,
    X_LOCAL_OBSERVABILITY: "false",
    X_LOCAL_EXPLORER: "false",
    WRANGLER_LOG: "warn",
    WRANGLER_LOG_PATH: join(run.folder, "logs"),
    WRANGLER_REGISTRY_PATH: join(run.folder, "registry"),
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  });
  const end = async (): Promise<void> => {
    await run.sweep();
    watchdog.kill("SIGKILL");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void end().finally(() => process.exit(130)));
  }
  return { folder: run.folder, end };
}
