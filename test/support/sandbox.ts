import { vi } from "vitest";
import type { RunEnd, RunRequest, RunResult, RunWorld, Sandbox } from "../../src/domain/ports.ts";
import { LaunchObject } from "../../src/index.ts";

export type Performance = (
  world: RunWorld,
  request: RunRequest,
) => Promise<RunEnd | RunResult | void>;

/** What scripts do instead of running, by their text; anything else exits with 0. */
const performances = new Map<string, Performance>();

/**
 * Where launches run in tests that are about everything around a run: a script's text names what
 * happens. Each text is a name of its own, so that tests do not meet.
 */
export function stage(performance: Performance): string {
  const text = `// ${crypto.randomUUID()}`;
  performances.set(text, performance);
  return text;
}

const double: Sandbox = {
  run: async (request, world) => {
    const done = await performances.get(request.script.text)?.(world, request);
    if (done && "end" in done) return done;
    return { end: done ?? { type: "exited", code: 0 }, files: [] };
  },
};

/** For a whole test file. */
export function useStage(): void {
  vi.spyOn(
    LaunchObject.prototype as unknown as { sandbox: () => Sandbox },
    "sandbox",
  ).mockReturnValue(double);
}

/** Until the run is told to stop. */
export function untilStopped({ signal }: RunWorld): Promise<RunEnd> {
  return new Promise((resolve) => {
    const stopped = () => resolve({ type: "stopped", by: signal.reason as "time" | "abort" });
    if (signal.aborted) stopped();
    else signal.addEventListener("abort", stopped);
  });
}
