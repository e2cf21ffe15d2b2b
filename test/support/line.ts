import { env } from "cloudflare:workers";
import type { Ctx, Settings, SystemCtx } from "../../src/domain/context.ts";
import type { LaunchOrder, LiveLaunches } from "../../src/domain/ports.ts";
import { endingLaunch, endLaunch, endOf, type Taken } from "../../src/domain/agent/end-launch.ts";
import type { RunEnd } from "../../src/domain/ports.ts";
import { systemContext } from "../../src/runtime/context.ts";
import { findAgent } from "../../src/store/agent.ts";
import { findLaunch } from "../../src/store/launch.ts";

const NOTHING: Taken = { files: [], letters: 0 };

/** The line of launches with nobody behind it: what is started is only noted. */
export interface Line {
  system: SystemCtx;
  /** The same for a verb that an account asks for. */
  apart: (ctx: Ctx) => Ctx;
  /** Handed over, in order. */
  started: LaunchOrder[];
  /** Aborted, by id. */
  aborted: [launchId: number, how: string][];
  /** Wake-ups that were sent. */
  woken: () => number;
  end: (order: LaunchOrder, end?: RunEnd | { type: "lost" }, taken?: Taken) => Promise<void>;
}

export function newLine(
  options: {
    settings?: Partial<Settings>;
    now?: () => number;
    start?: LiveLaunches["start"];
    attend?: LiveLaunches["attend"];
  } = {},
): Line {
  const started: LaunchOrder[] = [];
  const aborted: [number, string][] = [];
  let woken = 0;
  const base = systemContext(env, {});
  const ports: SystemCtx["ports"] = {
    ...base.ports,
    jobs: {
      send: async (jobs) => {
        woken += jobs.filter(({ job }) => job.type === "launch").length;
      },
    },
    launches: {
      start: async (order) => {
        await options.start?.(order);
        started.push(order);
      },
      attend: options.attend ?? (async () => false),
      abort: async (id, how) => {
        aborted.push([id, how]);
      },
    },
  };
  const now = options.now ?? Date.now;
  const system = { ...base, ports, now, settings: { ...base.settings, ...options.settings } };
  return {
    system,
    apart: (ctx) => ({ ...ctx, ports: { ...ports, guard: ctx.ports.guard }, now }),
    started,
    aborted,
    woken: () => woken,
    end: async ({ launchId, claim }, end = { type: "exited", code: 0 }, taken = NOTHING) => {
      const row = await env.DB.prepare("SELECT account_id FROM launches WHERE id = ?")
        .bind(launchId)
        .first<{ account_id: string }>();
      const launch = await findLaunch(system.db, row?.account_id ?? "", launchId);
      const agent = launch && (await findAgent(system.db, launch.accountId, launch.agentId));
      if (!launch || !agent) throw new Error("No such launch");
      const ending = endingLaunch(launch, agent.agent, claim);
      await endLaunch(system, ending, endOf(end, now()), taken);
    },
  };
}
