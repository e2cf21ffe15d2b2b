import type { EndingLaunch } from "../../domain/agent/end-launch.ts";
import { launchFolder } from "../../domain/agent/launch.ts";
import { assertRoomFor } from "../../domain/agent/run-services.ts";
import type { SystemCtx } from "../../domain/context.ts";
import { Fault } from "../../domain/errors.ts";
import { contentTypeOf } from "../../domain/file/index.ts";

/** Files stored at once. */
const ABREAST = 6;

/**
 * Keeps what a script left in its own folder.
 * @returns What was kept, and a line for each thing that was not.
 */
export async function keepFiles(
  ctx: SystemCtx,
  { accountId, agentId, launchNumber }: EndingLaunch,
  left: { path: string; bytes: Uint8Array }[],
): Promise<{ files: [name: string, size: number][]; refused: string[] }> {
  const files: [string, number][] = [];
  const refused: string[] = [];
  if (left.length === 0) return { files, refused };
  const keep = async ({ path, bytes }: { path: string; bytes: Uint8Array }) => {
    try {
      const full = launchFolder(agentId, launchNumber) + path;
      await ctx.ports.files.put(accountId, full, bytes, contentTypeOf(path));
      files.push([path, bytes.byteLength]);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refused.push(`${path} was not kept: ${error.message}`);
    }
  };
  try {
    const total = left.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    await assertRoomFor(ctx, accountId, total);
    for (let at = 0; at < left.length; at += ABREAST) {
      await Promise.all(left.slice(at, at + ABREAST).map(keep));
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    refused.push(`What the script left was not kept: ${error.message}`);
  }
  return { files: files.toSorted(([a], [b]) => (a < b ? -1 : 1)), refused };
}
