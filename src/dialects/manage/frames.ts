import type { AgentEvent } from "../../domain/agent/index.ts";
import type { Gap, Numbered } from "../../domain/event.ts";

/**
 * One message of `/manage/agents/{id}/live`. Positions are of bytes emitted, as in the agent's
 * output: a `from` beyond the `to` before says that what was between was not sent, and
 * `?since=<to>` asks for what is kept of it.
 */
export function manageFrame(event: Numbered<AgentEvent> | Gap): string {
  switch (event.type) {
    case "gap":
      return JSON.stringify({ type: "gap" });
    case "console": {
      const { launchId, launchNumber, from, to, text } = event;
      const launch = { launch_id: launchId, launch_number: launchNumber };
      return JSON.stringify({ type: "console", ...launch, from, to, text });
    }
    case "message": {
      const { id, launchId, date, type: kind, text, context } = event.message;
      const at = new Date(date * 1000).toISOString();
      return JSON.stringify({ type: "message", id, launch_id: launchId, at, kind, text, context });
    }
    default:
      return event satisfies never;
  }
}
