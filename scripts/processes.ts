/** Finding and ending the processes of one run, however they were reparented or regrouped. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

/** The variable that marks each process of a run; its value is the run's folder. */
export const RUN_VARIABLE = "OUTRIDER_RUN";

/** How a run's processes are recognised. */
export interface RunMark {
  /** The run's own temporary folder: it is in the environment or on the command line of each. */
  folder: string;
  /** wrangler's process group, for systems that hide other processes' environments. */
  group?: number;
}

/** One process as the system lists it. */
export interface ProcessEntry {
  pid: number;
  group: number;
  zombie: boolean;
  command: string;
  /** `NAME=value` entries; empty where the system does not tell. */
  environment: string[];
}

const GROUP_MEMBERS = /workerd|wrangler|esbuild/;

/**
 * The processes that belong to the run: those that carry its mark, and the groups that such a one
 * leads (each Chromium has its own). A group that a stranger leads is never taken whole: the shell
 * from which start was called may be in it.
 */
export function belonging(entries: ProcessEntry[], mark: RunMark, self: number): number[] {
  const variable = `${RUN_VARIABLE}=${mark.folder}`;
  const marked = entries.filter(
    ({ command, environment, group }) =>
      command.includes(`${mark.folder}/`) ||
      environment.includes(variable) ||
      (environment.length === 0 && group === mark.group && GROUP_MEMBERS.test(command)),
  );
  const pids = new Set(marked.map(({ pid }) => pid));
  return entries
    .filter(
      ({ pid, group, zombie }) => !zombie && pid !== self && (pids.has(pid) || pids.has(group)),
    )
    .map(({ pid }) => pid);
}

/**
 * Kills every process of the run, and looks again until none is left: one that was just being
 * started may appear after the first look. Returns how many were killed.
 */
export async function killRun(mark: RunMark): Promise<number> {
  if (process.platform === "win32") return killOnWindows(mark.folder);
  const killed = new Set<number>();
  for (let look = 0; look < 40; look++) {
    const pids = belonging(await listProcesses(), mark, process.pid);
    if (pids.length === 0) break;
    for (const pid of pids) {
      killed.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself, or is not ours to end.
      }
    }
    await wait(50);
  }
  return killed.size;
}

async function listProcesses(): Promise<ProcessEntry[]> {
  return process.platform === "linux" ? listFromProc() : listFromPs();
}

async function listFromProc(): Promise<ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readProc));
  return entries.filter((entry) => entry !== undefined);
}

async function readProc(pid: number): Promise<ProcessEntry | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
  const [stat, command, environment] = await Promise.all([
    read("stat"),
    read("cmdline"),
    read("environ"),
  ]);
  // The name in parentheses may hold anything; the state and the group follow its last one.
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (group === undefined) return undefined;
  return {
    pid,
    group: Number(group),
    zombie: state === "Z",
    command: command.replaceAll("\0", " "),
    environment: environment.split("\0"),
  };
}

async function listFromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,pgid=,stat=,command="], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, group, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || command === undefined) return [];
    return [
      {
        pid: Number(pid),
        group: Number(group),
        zombie: state?.startsWith("Z") ?? false,
        command,
        environment: [],
      },
    ];
  });
}

/** Windows has no groups: browsers are known by their profile's folder, wrangler ends as a tree. */
async function killOnWindows(folder: string): Promise<number> {
  const query = `Get-CimInstance Win32_Process | Where-Object { $_.CommandLine -like '*${folder.replaceAll("'", "''")}*' -and $_.ProcessId -ne $PID } | ForEach-Object { $_.ProcessId }`;
  const { stdout } = await promisify(execFile)("powershell", [
    "-NoProfile",
    "-Command",
    query,
  ]).catch(() => ({ stdout: "" }));
  const pids = stdout
    .split(/\s+/)
    .filter(Boolean)
    .filter((pid) => Number(pid) !== process.pid);
  for (const pid of pids) {
    await promisify(execFile)("taskkill", ["/F", "/T", "/PID", pid]).catch(() => undefined);
  }
  return pids.length;
}
