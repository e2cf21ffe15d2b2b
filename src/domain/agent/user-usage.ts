import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Agent } from "./agent.ts";

/** What may be used in all, and what is left of it. */
export interface Share {
  limit: number;
  left: number;
}

/** What an account's launches may take and took. */
export interface UserUsage {
  email: string;
  /** Seconds of this month (UTC): as many launches at once as the account may have, all month. */
  executionTime: Share;
  /** Letters of this month (UTC): an hour's limit, all month. */
  letters: Share;
  /** Bytes of files. */
  storage: Share;
  /** Of all agents together. */
  running: number;
  queued: number;
  /** Newest first. */
  agents: Agent[];
}

/** What the account's launches took, with its agents. */
export async function getUserUsage(_ctx: Ctx): Promise<UserUsage> {
  throw new Fault("UNAVAILABLE", "Nothing is counted yet.");
}
