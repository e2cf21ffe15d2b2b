import type { SystemCtx } from "../context.ts";

/** Wakes somebody for launches that may start. A lost wake-up is made good by the clock. */
export async function wakeLaunches(
  ctx: Pick<SystemCtx, "ports" | "log">,
  launches: number,
  afterMs = 0,
): Promise<void> {
  const delaySeconds = Math.ceil(afterMs / 1000);
  const message = {
    job: { type: "launch" as const },
    ...(delaySeconds > 0 && { delaySeconds }),
  };
  try {
    await ctx.ports.jobs.send(Array.from({ length: launches }, () => message));
  } catch (error) {
    ctx.log.error("wake_launches", error);
  }
}
