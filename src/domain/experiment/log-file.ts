/** Bytes of a log that are kept: its beginning, and a line that says what is missing. */
export const MAX_LOG_BYTES = 5 * 1024 * 1024;

/**
 * Where a result's log lies among the account's files. Each runner has a place of its own: of two
 * that send a result at the same instant, the log of the one that is kept is not lost.
 */
export function logPath(
  experimentId: number,
  { position, toolchain, runnerId }: { position: number; toolchain: number; runnerId: number },
): string {
  return `experiments/${experimentId}/logs/${position}-${toolchain}-${runnerId}.txt.gz`;
}

export function folderOf(experimentId: number): string {
  return `experiments/${experimentId}/`;
}

/** A log as it is kept, within bounds, and how long it is before compression. */
export async function packLog(log: Uint8Array): Promise<{ bytes: Uint8Array; size: number }> {
  const kept = bounded(log);
  const packed = new Blob([kept]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  return { bytes, size: kept.byteLength };
}

function bounded(log: Uint8Array): Uint8Array<ArrayBuffer> {
  if (log.byteLength <= MAX_LOG_BYTES) return new Uint8Array(log);
  const left = log.byteLength - MAX_LOG_BYTES;
  const note = new TextEncoder().encode(`\n[${left} more bytes were not kept]\n`);
  const kept = new Uint8Array(MAX_LOG_BYTES + note.byteLength);
  kept.set(log.subarray(0, MAX_LOG_BYTES));
  kept.set(note, MAX_LOG_BYTES);
  return kept;
}
