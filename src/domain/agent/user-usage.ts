import { listAgents } from "../../store/agent.ts";
import { assertAccount, getAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { LETTERS_PER_HOUR } from "../notification/index.ts";
import { type Agent, agentOf } from "./agent.ts";
import { monthOf } from "./end-launch.ts";
import { MAX_AGENTS } from "./rules.ts";

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
export async function getUserUsage(ctx: Ctx): Promise<UserUsage> {
  const { accountId } = assertAccount(ctx);
  const [{ email }, { rows }] = await Promise.all([
    getAccount(ctx),
    listAgents(ctx.db, accountId, { offset: 0, limit: MAX_AGENTS }),
  ]);
  const { maxLaunchesPerAccount, maxFileBytes } = ctx.settings;
  const month = monthOf(ctx.now());
  const seconds = secondsOf(month);
  const took = { seconds: 0, letters: 0, bytes: 0 };
  for (const { agent } of rows) {
    took.bytes += agent.fileBytes;
    if (agent.month !== month) continue;
    took.seconds += agent.monthSeconds;
    took.letters += agent.monthLetters;
  }
  const agents = rows.map(agentOf);
  return {
    email,
    executionTime: share(maxLaunchesPerAccount * seconds, took.seconds),
    letters: share((LETTERS_PER_HOUR * seconds) / 3600, took.letters),
    storage: share(maxFileBytes, took.bytes),
    running: agents.reduce((sum, { running }) => sum + running, 0),
    queued: agents.reduce((sum, { queued }) => sum + queued, 0),
    agents,
  };
}

function share(limit: number, taken: number): Share {
  return { limit, left: Math.max(0, limit - taken) };
}

/** @param month Months since year 0. */
function secondsOf(month: number): number {
  const year = Math.floor(month / 12);
  return (Date.UTC(year, (month % 12) + 1) - Date.UTC(year, month % 12)) / 1000;
}
