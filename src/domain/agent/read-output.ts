import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { AgentStatus } from "./agent.ts";
import type { AgentMessage, ConsolePiece, LaunchStatus, RunProgress } from "./launch.ts";

export interface ReadOutputInput {
  agentId: number;
  /**
   * Which launch's console. Neither: the newest that began. A number that runs gives its own; any
   * other gives that launch's as far as it is kept, else that of the newest that ended.
   * An id is that launch's or nothing.
   */
  launchNumber?: number;
  launchId?: number;
  /** Bytes emitted that the caller knows already. 0 when absent. */
  fromByte?: number;
  /** Messages from an id on (inclusive), or the last few; absent for none. */
  messages?: { from: number } | { last: number };
}

export interface AgentOutput {
  /** Of the agent: what any of its launches does. */
  status: AgentStatus;
  /** Number of the agent's latest launch, begun or not; 0 before the first. */
  latestLaunchNumber: number;
  /** The launch that is shown; null when none has begun, or it is no longer kept. */
  launch: { id: number; launchNumber: number; status: LaunchStatus } | null;
  console: ConsolePiece;
  messages: AgentMessage[];
  /** Of the launch that is shown. */
  progress: RunProgress | null;
  /** JSON text, of the launch that is shown; null when the script set none. */
  resultObject: string | null;
}

/**
 * What an agent does and what a launch of it has said. Polls that go on from `console.to` see each
 * byte once, and the end of a run is told (`status`, `launch.status`) only together with its last
 * byte and message, or after them.
 * @throws Fault NOT_FOUND for an unknown agent, or a `launchId` that is none of its launches.
 */
export async function readOutput(_ctx: Ctx, _input: ReadOutputInput): Promise<AgentOutput> {
  throw new Fault("UNAVAILABLE", "There is no output yet.");
}
