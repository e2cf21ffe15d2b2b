/** What Linux tells of a process; elsewhere nothing is known. */
import { readFile } from "node:fs/promises";

/** Ticks of `/proc/<pid>/stat` in a second: USER_HZ, the same on every Linux. */
const TICKS = 100;

/** The child of a process that runs a program of this name, or the child's child. */
export async function childOf(
  parent: number | undefined,
  name: string,
): Promise<number | undefined> {
  if (parent === undefined) return undefined;
  const list = await read(`/proc/${parent}/task/${parent}/children`);
  for (const child of list.split(" ").filter(Boolean).map(Number)) {
    if ((await read(`/proc/${child}/comm`)).startsWith(name)) return child;
    const below = await childOf(child, name);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Seconds that a process has computed, over all cores; NaN where it cannot be told. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  // The name in parentheses may have spaces: what is counted comes after it.
  const fields = (await read(`/proc/${pid}/stat`)).split(") ")[1]?.split(" ");
  return (Number(fields?.[11]) + Number(fields?.[12])) / TICKS;
}

/** The most that a process ever held in memory, in bytes; undefined where it cannot be told. */
export async function peakMemory(pid: number | undefined): Promise<number | undefined> {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(await read(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
