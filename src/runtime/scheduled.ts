import {
  attendLaunches,
  clearRemains,
  launchDueAgents,
  sweepLaunches,
} from "../domain/agent/index.ts";
import {
  expireExperiments,
  handOnLostWork,
  sweepExperiments,
  tellAllOwed,
  wakeReports,
} from "../domain/experiment/index.ts";
import { minuteOf } from "../domain/monitor/due.ts";
import { claimDueShards } from "../domain/monitor/index.ts";
import { sweepNotifications, wakeNotifications } from "../domain/notification/index.ts";
import { sweepLine } from "../store/browser-line.ts";
import { recordDeployment } from "../store/deployment.ts";
import { systemContext } from "./context.ts";

/** Nobody stands in line or closes a browser this long: who is left there has died. */
const DEAD_IN_LINE_MS = 5 * 60_000;

/** The cron's minute. Each duty stands alone: one that fails is logged and keeps no other back. */
export async function scheduled(controller: ScheduledController, env: Env): Promise<void> {
  const ctx = systemContext(env, { cron: controller.cron });
  const { db, log } = ctx;
  const now = controller.scheduledTime;
  const duties: Record<string, () => Promise<unknown>> = {
    claim_due_checks: () => claimDueShards(ctx, minuteOf(now)),
    launch_due_agents: () => launchDueAgents(ctx),
    attend_launches: () => attendLaunches(ctx),
    wake_notifications: () => wakeNotifications(ctx),
    sweep_notifications: () => sweepNotifications(ctx),
    hand_on_lost_work: () => handOnLostWork(ctx),
    wake_reports: () => wakeReports(ctx),
    tell_of_experiments: () => tellAllOwed(ctx),
    expire_experiments: () => expireExperiments(ctx),
    sweep_experiments: () => sweepExperiments(ctx),
    sweep_launches: () => sweepLaunches(ctx),
    clear_agents: () => clearRemains(ctx),
    record_deployment: () => recordDeployment(db, env.VERSION.id, now),
    sweep_browser_line: () => sweepLine(db, now - DEAD_IN_LINE_MS),
  };
  for (const [duty, work] of Object.entries(duties)) {
    try {
      await work();
    } catch (error) {
      log.error("duty_failed", error, { duty });
    }
  }
}
