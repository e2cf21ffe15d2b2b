/**
 * The temporary folder of one `npm start`. Everything that is started puts its files there, so it
 * tells this run's processes from all others, and a later start can find what a dead run left.
 */
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { killRun, type RunMark } from "./processes.ts";

const PREFIX = "outrider-run-";
const YOUNG_MS = 60_000;
/** Unix sockets' paths end at 104 bytes, and Chromium puts 60 of its own below this folder. */
const LONGEST_BASE = 30;

/** What a run tells others of itself. */
export interface RunRecord {
  state: string;
  url: string;
  /** wrangler's process group. */
  group?: number;
}

export interface Run {
  folder: string;
  record: RunRecord;
}

export interface OpenRun extends Run {
  update: (record: Partial<RunRecord>) => Promise<void>;
  /** Kills what is left of the run and removes its folder. */
  sweep: () => Promise<void>;
}

/** Opens a run: it counts as alive for as long as this process does. */
export async function openRun(first: RunRecord): Promise<OpenRun> {
  const folder = await mkdtemp(join(temporaryBase(), PREFIX));
  const server = await listen(folder);
  let record = first;
  await writeRecord(folder, record);
  return {
    folder,
    get record() {
      return record;
    },
    update: async (change) => {
      record = { ...record, ...change };
      await writeRecord(folder, record);
    },
    sweep: async () => {
      server.close();
      await sweepRun({ folder, record });
    },
  };
}

/** Kills what is left of a run and removes its folder. Doing it twice, or at once, does no harm. */
export async function sweepRun({ folder, record }: Run): Promise<number> {
  const mark: RunMark = { folder, ...(record.group === undefined ? {} : { group: record.group }) };
  const killed = await killRun(mark);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return killed;
}

/** The other runs of this user: those that are alive, and those that died without sweeping. */
export async function otherRuns(): Promise<{ alive: Run[]; dead: Run[] }> {
  const base = temporaryBase();
  const runs: { alive: Run[]; dead: Run[] } = { alive: [], dead: [] };
  for (const name of await readdir(base)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(base, name);
    const owner = await stat(folder).catch(() => undefined);
    // A stranger's folder could name processes of ours.
    if (owner === undefined || (process.getuid !== undefined && owner.uid !== process.getuid()))
      continue;
    const record = await readRecord(folder);
    if (record !== undefined && (await isAlive(folder))) runs.alive.push({ folder, record });
    else if (record !== undefined) runs.dead.push({ folder, record });
    else if (Date.now() - owner.mtimeMs > YOUNG_MS)
      runs.dead.push({ folder, record: { state: "", url: "" } });
  }
  return runs;
}

/** Read before this process points its own TMPDIR into the run. */
function temporaryBase(): string {
  const base = tmpdir();
  return process.platform === "win32" || base.length <= LONGEST_BASE ? base : "/tmp";
}

function socketOf(folder: string): string {
  return process.platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, "alive");
}

/** A listening socket dies with its process, whatever ends it, and no later process inherits it. */
async function listen(folder: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketOf(folder), resolve);
  });
  return server;
}

async function isAlive(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketOf(folder));
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}

async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const fresh = join(folder, "run.json.new");
  await writeFile(fresh, JSON.stringify(record));
  await rename(fresh, join(folder, "run.json"));
}

async function readRecord(folder: string): Promise<RunRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is RunRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "state" in value &&
    typeof value.state === "string" &&
    "url" in value &&
    typeof value.url === "string" &&
    (!("group" in value) || typeof value.group === "number")
  );
}
