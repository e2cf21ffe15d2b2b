import { recordDeployment } from "../store/deployment.ts";
import { sweepLine } from "../store/browser-line.ts";
import { platformOf } from "./context.ts";
import { createLog } from "./log.ts";

/** Nobody stands in line for a browser this long: who is left there has died. */
const DEAD_IN_LINE_MS = 5 * 60_000;

/** The cron's minute. Each duty stands alone: one that fails is logged and keeps no other back. */
export async function scheduled(controller: ScheduledController, env: Env): Promise<void> {
  const { db } = platformOf(env);
  const log = createLog({ cron: controller.cron });
  const duties: Record<string, () => Promise<void>> = {
    record_deployment: () => recordDeployment(db, env.VERSION.id, controller.scheduledTime),
    sweep_browser_line: () => sweepLine(db, controller.scheduledTime - DEAD_IN_LINE_MS),
  };
  for (const [duty, work] of Object.entries(duties)) {
    try {
      await work();
    } catch (error) {
      log.error("duty_failed", error, { duty });
    }
  }
}
