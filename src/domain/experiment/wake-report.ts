import type { Ctx, SystemCtx } from "../context.ts";

/** A message that does not go out is made good by the clock, which knows what is owed. */
export async function wakeReport(
  ctx: Pick<Ctx | SystemCtx, "ports" | "log">,
  experimentId: number,
): Promise<void> {
  try {
    await ctx.ports.jobs.send([{ job: { type: "report", experimentId } }]);
  } catch (error) {
    ctx.log.error("report_wake", error);
  }
}
