/** wrangler as a child: `wrangler dev` with nothing of its own that a user would have to know. */
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { filterOutput } from "./worker-output.ts";

const READY_LIMIT_MS = 120_000;

/** How a run ends: its exit code, and what to tell people. */
export interface Ending {
  code: number;
  reason?: string;
}

export interface WorkerProcess {
  child: ChildProcess;
  output: { release: (held: "drop" | "show") => void }[];
  ended: Promise<Ending>;
}

export function startWorker(
  root: string,
  settings: {
    port: number;
    ip: string;
    state: string;
    /** For wrangler's own files; gone after the run. */
    folder: string;
    varsFile?: string;
  },
): WorkerProcess {
  const wrangler = createRequire(import.meta.url).resolve("wrangler");
  const args = [
    "dev",
    "--local",
    "--port",
    String(settings.port),
    "--ip",
    settings.ip,
    "--persist-to",
    settings.state,
  ];
  if (settings.varsFile !== undefined) args.push("--env-file", settings.varsFile);
  const child = spawn(
    process.execPath,
    ["--no-warnings", wrangler, ...args, "--show-interactive-dev-session=false"],
    {
      cwd: root,
      env: wranglerEnvironment(settings.folder),
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    },
  );
  const output = [child.stdout, child.stderr].map((stream, index) => {
    const filter = filterOutput((line) => (index === 0 ? console.log(line) : console.error(line)));
    stream.setEncoding("utf8").on("data", filter.write);
    return filter;
  });
  const ended = new Promise<Ending>((end) => {
    child.once("error", (error) =>
      end({ code: 1, reason: `wrangler could not be started: ${error.message}` }),
    );
    child.once("close", (code, signal) =>
      end({ code: 1, reason: `wrangler ended by itself (${signal ?? `exit code ${code}`}).` }),
    );
  });
  return { child, output, ended };
}

/** No telemetry, no banners, no calls home, and its logs and registry in the folder given. */
export function wranglerEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: join(folder, "logs"),
    WRANGLER_REGISTRY_PATH: join(folder, "registry"),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  };
}

export async function untilHealthy(origin: string): Promise<"healthy" | Ending> {
  const deadline = Date.now() + READY_LIMIT_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(5_000) });
      if (response.status === 200) return "healthy";
      last = `${response.status} ${(await response.text()).slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await wait(100);
  }
  return {
    code: 1,
    reason: `Outrider did not become healthy within ${READY_LIMIT_MS / 1000} s; last: ${last}`,
  };
}
