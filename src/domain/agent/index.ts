export {
  END_STATUSES,
  type EndStatus,
  LAUNCH_TYPES,
  type LaunchType,
  NOTIFY_WHEN,
  type NotifyWhen,
} from "../../store/schema/agent.ts";
export { abortAgent, abortLaunch } from "./abort.ts";
export { type Agent, type AgentStatus, type Schedule } from "./agent.ts";
export { attendLaunches } from "./attend-launches.ts";
export { createAgent, type CreateAgentInput } from "./create-agent.ts";
export { createScript, type CreateScriptInput } from "./create-script.ts";
export { deleteAgent } from "./delete-agent.ts";
export { deleteScript } from "./delete-script.ts";
export { followLaunch, type FollowLaunchInput, type LaunchGlimpse } from "./follow-launch.ts";
export type {
  AgentMessage,
  ConsolePiece,
  Launch,
  LaunchDetails,
  LaunchFile,
  LaunchStatus,
  MessageType,
  RunProgress,
} from "./launch.ts";
export type { AgentEvent } from "./live.ts";
export { launchAgent, type LaunchAgentInput } from "./launch-agent.ts";
export { launchDueAgents } from "./launch-due.ts";
export { getAgent, listAgents } from "./read-agents.ts";
export { getLaunch, listEndedLaunches, listLaunches } from "./read-launches.ts";
export { type AgentOutput, readOutput, type ReadOutputInput } from "./read-output.ts";
export { findScriptByName, getScript, listScripts } from "./read-scripts.ts";
export {
  MAX_ARGUMENT_BYTES,
  MAX_SCRIPT_BYTES,
  MAX_SCRIPTS,
  MAX_STORE_INFO_BYTES,
} from "./rules.ts";
export { type Command, COMMANDS } from "./run.ts";
export { saveScript, type SaveScriptInput } from "./save-script.ts";
export { type Script, type ScriptSummary, type StoreInfo } from "./script.ts";
export type { AgentSettings } from "./settings.ts";
export { readStoreInfo, saveStoreInfo } from "./store-info.ts";
export { startNextLaunch } from "./start-launch.ts";
export { clearRemains, sweepLaunches } from "./sweep-launches.ts";
export { updateAgent } from "./update-agent.ts";
export { updateScript } from "./update-script.ts";
export { getUserUsage, type Share, type UserUsage } from "./user-usage.ts";
export { watchAgent, type WatchAgentInput } from "./watch-agent.ts";
