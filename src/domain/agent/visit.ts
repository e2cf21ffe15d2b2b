import type { NewVisit } from "../telemetry/index.ts";
import type { RunEvent } from "./run.ts";

/** The visit that a launch is in the account's stream. */
export function launchVisit(launchId: number, agentName: string): NewVisit {
  return {
    id: `launch_${launchId}`,
    profileId: agentName,
    device: "desktop",
    targetUrl: null,
    proxy: null,
    country: null,
  };
}

/** What a launch's browser did, as the account's stream tells it. */
export function launchEventOf(event: RunEvent): { kind: string; details: object } {
  const { type, ...details } = event;
  return { kind: type, details };
}
