/** V8's CPU profile, as far as it is read here. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

/** Milliseconds in which something ran: a profile's whole time without its idle samples. */
export function startupWork(profileText: string): number {
  const { nodes, samples, timeDeltas } = JSON.parse(profileText) as Profile;
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id),
  );
  const micros = samples.reduce(
    (sum, id, index) => sum + (idle.has(id) ? 0 : (timeDeltas[index] ?? 0)),
    0,
  );
  return micros / 1000;
}
