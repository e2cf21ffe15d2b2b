/** Finding out whether a Chromium works here, by using it. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderWrapper, type Launch } from "./chromium-paths.ts";

const LAUNCH_LIMIT_MS = 30_000;

/** Starts the browser the way miniflare does and has a page compute. Returns what went wrong. */
export async function tryToLaunch(launch: Launch): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "outrider-try-"));
  try {
    const wrapper = join(folder, "chrome");
    await writeFile(wrapper, renderWrapper("trial", launch), { mode: 0o755 });
    const flags = [
      "--headless=new",
      "--no-first-run",
      "--disable-dev-shm-usage",
      "--remote-debugging-port=0",
    ];
    const child = spawn(wrapper, [...flags, `--user-data-dir=${folder}/profile`, "about:blank"], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    try {
      const endpoint = await new Promise<string>((resolve, reject) => {
        child.stderr.on("data", (chunk: Buffer) => {
          complaint += chunk.toString();
          const address = /^DevTools listening on ws:\/\/(\S+?)\//m.exec(complaint)?.[1];
          if (address !== undefined) resolve(address);
        });
        child.once("error", reject);
        child.once("close", (code, signal) =>
          reject(new Error(signal ? `ended by ${signal}` : `exit code ${code}`)),
        );
        setTimeout(() => reject(new Error("no answer within 30 s")), LAUNCH_LIMIT_MS).unref();
      });
      await computeInPage(endpoint);
      return undefined;
    } catch (error) {
      const ending = error instanceof Error ? error.message : String(error);
      return firstComplaint(complaint) ?? ending;
    } finally {
      killGroup(child.pid);
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** Only an evaluation shows that the renderer runs too: under a sandbox that fails, it does not. */
async function computeInPage(endpoint: string): Promise<void> {
  const list: unknown = await (
    await fetch(`http://${endpoint}/json/list`, { signal: AbortSignal.timeout(10_000) })
  ).json();
  const pages = (Array.isArray(list) ? list : []) as {
    type?: string;
    webSocketDebuggerUrl?: string;
  }[];
  const address = pages.find(({ type }) => type === "page")?.webSocketDebuggerUrl;
  if (address === undefined) throw new Error("it opened no page");
  const socket = new WebSocket(address);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () =>
        socket.send(
          JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression: "6 * 7" } }),
        );
      socket.onmessage = ({ data }) => String(data).includes("42") && resolve();
      socket.onerror = () => reject(new Error("its page cannot be reached"));
      setTimeout(() => reject(new Error("its page does not answer")), 10_000).unref();
    });
  } finally {
    socket.close();
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The whole group is gone already.
  }
}

/** The line that says why: Chromium also chatters, and warns of its sandbox where nothing is wrong. */
function firstComplaint(text: string): string | undefined {
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/:WARNING:|:INFO:|^DevTools/.test(line));
  return lines.find((line) => /shared librar|sandbox|FATAL/i.test(line)) ?? lines[0];
}
