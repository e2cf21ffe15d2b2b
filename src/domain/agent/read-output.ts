import { glanceAtAgent } from "../../store/agent.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { type AgentStatus, agentOf, statusOf } from "./agent.ts";
import {
  type AgentMessage,
  type ConsolePiece,
  type Launch,
  launchOf,
  type RunProgress,
} from "./launch.ts";
import { noAgent } from "./read-agents.ts";
import { noLaunch } from "./read-launches.ts";

export interface ReadOutputInput {
  agentId: number;
  /**
   * Which launch's console. Neither: the newest that began. A number that runs gives its own; any
   * other gives that launch's as far as it is kept, else that of the newest that began.
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
  /** Its launches that run, and that wait. */
  running: number;
  queued: number;
  /** Number of the agent's latest launch, begun or not; 0 before the first. */
  latestLaunchNumber: number;
  /** The launch that is shown; null when none has begun, or it is no longer kept. */
  launch: Launch | null;
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
export async function readOutput(ctx: Ctx, input: ReadOutputInput): Promise<AgentOutput> {
  const { accountId } = assertAccount(ctx);
  const { agentId, launchId, launchNumber = 0, fromByte = 0, messages = null } = input;
  const which = launchId === undefined ? { number: launchNumber } : { id: launchId };
  // The catalogue first: what has ended there has told the agent's object everything before.
  const glance = await glanceAtAgent(ctx.db, accountId, agentId, which);
  if (!glance) throw noAgent();
  const { launch: named, newest } = glance;
  if (launchId !== undefined && !named) throw noLaunch();
  const row = launchId !== undefined || named?.startedAt != null ? named : newest;
  const reading = await ctx.ports.agents.read(agentId, {
    launch: { id: row?.id ?? 0 },
    fromByte,
    messages,
  });
  const agent = agentOf(glance.agent);
  return {
    status: statusOf(agent),
    running: agent.running,
    queued: agent.queued,
    latestLaunchNumber: agent.launchNumber,
    launch: row ? launchOf(row) : null,
    console: reading.console,
    messages: reading.messages,
    progress: reading.launch?.progress ?? null,
    resultObject: reading.launch?.resultObject ?? null,
  };
}
