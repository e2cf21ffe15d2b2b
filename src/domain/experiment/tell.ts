import type { SystemCtx } from "../context.ts";
import { newBatchId, report } from "../telemetry/index.ts";

/** What happens to experiments, as the account's stream tells it. */
export type ExperimentEvent =
  | "experiment_queued"
  | "experiment_started"
  | "experiment_joined"
  | "experiment_handed_on"
  | "crate_dealt_again"
  | "experiment_completed"
  | "experiment_aborted"
  | "experiment_retried"
  | "experiment_deleted"
  | "report_ready"
  | "runner_error";

/** The catalogue is the truth: a stream that cannot be told now keeps no work back. */
export async function tell(
  ctx: Pick<SystemCtx, "ports" | "now" | "log">,
  accountId: string,
  experiment: string,
  kind: ExperimentEvent,
  details: Record<string, unknown> = {},
): Promise<void> {
  const at = ctx.now();
  const item = {
    type: "event" as const,
    at,
    visitId: `experiment_${experiment}`,
    kind,
    details: JSON.stringify(details),
  };
  try {
    await report(ctx.ports, accountId, { id: newBatchId(at), items: [item], dropped: 0 });
  } catch (error) {
    ctx.log.error("experiment_event", error);
  }
}
