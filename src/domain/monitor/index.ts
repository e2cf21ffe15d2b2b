export { checkNow } from "./check-now.ts";
export { claimDueShards } from "./claim-due-shards.ts";
export { createMonitor, type CreateMonitorInput } from "./create-monitor.ts";
export { deleteMonitor } from "./delete-monitor.ts";
export { listBilling } from "./list-billing.ts";
export { listChecks, listGaps } from "./list-checks.ts";
export { listDowntimes } from "./list-downtimes.ts";
export { listStats } from "./list-stats.ts";
export {
  addMaintenance,
  type AddMaintenanceInput,
  listMaintenance,
  removeMaintenance,
} from "./maintenance.ts";
export { makePublicHash, removePublicHash } from "./make-public-hash.ts";
export * from "./monitor.ts";
export type { PhaseTimings } from "./probe.ts";
export {
  listPublicChecks,
  PUBLIC_CHECKS,
  PUBLIC_DAYS,
  publicCheck,
  type PublicCheck,
  type PublicDowntime,
  type PublicMonitor,
  type PublicState,
  readPublicMonitor,
  readPublicState,
} from "./public-monitor.ts";
export { findPublicMonitor, getMonitor, listMonitors } from "./read-monitors.ts";
export { DEFAULT_USER_AGENT, INTERVAL, KEPT_DAYS } from "./rules.ts";
export { runChecks } from "./run-checks.ts";
export { sendSignal } from "./send-signal.ts";
export { updateMonitor, type UpdateMonitorInput } from "./update-monitor.ts";
export { type Day, uptimeOf } from "./uptime.ts";
export {
  type MonitorEvent,
  type MonitorFilter,
  watchPublicMonitor,
  type WatchMonitorInput,
} from "./watch-monitor.ts";
