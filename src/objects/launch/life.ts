import { beginLaunch, putBack, takeOn, type TakenLaunch } from "../../domain/agent/claim.ts";
import { endOf, failedToLaunch } from "../../domain/agent/end-launch.ts";
import { Fault } from "../../domain/errors.ts";
import type { SystemCtx } from "../../domain/context.ts";
import type { DevTools, LaunchEnd, LaunchOrder, Sandbox } from "../../domain/ports.ts";
import { launchInTurn, leaveLine } from "../../domain/session/browser-line.ts";
import type { ObjectContext } from "../../runtime/context.ts";
import { type EndingPhase, finish, holderOf, writePhase } from "./ending.ts";
import { Run } from "./run.ts";
import { Visit } from "./visit.ts";

/** A launch that got no browser is tried again after so long. */
const AGAIN_MS = 5000;
/** A browser that does not close in time is left to itself. */
const CLOSES_WITHIN_MS = 5000;

export interface LifeOptions {
  order: LaunchOrder;
  state: DurableObjectState;
  context: ObjectContext;
  sandbox: Sandbox;
}

/** A launch from the moment on at which it was handed over, until its end is written down. */
export class Life {
  readonly #options: LifeOptions;
  #run: Run | null = null;
  /** Once it has begun. */
  #visit: Visit | null = null;
  /** Asked for before there was a run to stop. */
  #aborted = false;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  get visit(): Visit | null {
    return this.#visit;
  }

  abort(how: "soft" | "hard"): void {
    if (this.#run) this.#run.abort(how);
    else this.#aborted = true;
  }

  /** Resolves once nothing is left to do about the launch itself. */
  async live(): Promise<void> {
    const { order, context, state } = this.#options;
    const waitMs = context.config.BROWSER_WAIT * 1000;
    const taken = await takeOn({ db: context.db, now: Date.now }, order, waitMs);
    // Somebody else has it: this came too late.
    if (!taken) return;
    writePhase(state.storage.kv, { name: "accepted" });
    const { prepared, launch } = taken;
    const { origin, ctx } = this.#world(taken);
    if (launch.abort !== null) this.#aborted = true;
    if (this.#aborted) return this.#endEarly(taken, aborted());
    if (!prepared.ok) {
      return this.#endEarly(taken, failedToLaunch(prepared.reason, Date.now()));
    }
    const browser = await this.#browser(ctx);
    if (!browser) return;
    let phase: EndingPhase | null = null;
    try {
      if (this.#aborted) return await this.#endEarly(taken, aborted());
      const startedAt = Date.now();
      const { identity, agent } = taken;
      writePhase(state.storage.kv, {
        name: "running",
        launch: identity,
        keyId: null,
        browserId: browser.id,
      });
      const endsAt = startedAt + agent.timeLimit * 1000;
      if (!(await beginLaunch(ctx, order, { startedAt, endsAt }))) return;
      await ctx.ports.agents.begin(agent.id, {
        ...identity,
        at: startedAt,
        context: [`Launch type: ${launch.type}`, `Execution time limit: ${agent.timeLimit}s`],
      });
      const { accountId, launchId } = identity;
      const visit = Visit.begin(state, context, {
        accountId,
        launchId,
        agentName: agent.name,
        startedAt,
      });
      this.#visit = visit;
      const { sandbox } = this.#options;
      const { script, command } = prepared;
      const parts = { context, ctx, state, sandbox, taken, script, command, browser, origin };
      this.#run = new Run({ ...parts, visit });
      if (this.#aborted) this.#run.abort("hard");
      phase = await this.#run.complete();
    } finally {
      await closed(browser);
      await leaveLine(context.db, holderOf(order.launchId));
    }
    await finish(context, phase, this.#visit);
  }

  /** A browser of the deployment's, in turn; null when the launch went back into the line. */
  async #browser(ctx: SystemCtx): Promise<DevTools | null> {
    const { order, context } = this.#options;
    const { db, config } = context;
    try {
      return await launchInTurn(
        { db, now: Date.now, sleep: (ms) => scheduler.wait(ms) },
        { maxBrowsers: config.MAX_BROWSERS, patienceMs: config.BROWSER_WAIT * 1000 },
        holderOf(order.launchId),
        () => context.launcherFor("").devTools(),
      );
    } catch (error) {
      if (!(error instanceof Fault)) ctx.log.error("launch_browser", error);
      await putBack(ctx, order, AGAIN_MS);
      return null;
    }
  }

  /** Where the account found us, and what to work with there. */
  #world({ agent }: TakenLaunch): { origin: string; ctx: SystemCtx } {
    const { context } = this.#options;
    const { PUBLIC_HOST: host } = context.config;
    const origin = host === undefined ? (agent.origin ?? "") : `https://${host}`;
    return { origin, ctx: context.systemFor(URL.parse(origin)?.hostname ?? null) };
  }

  /** It comes to no run. */
  async #endEarly({ identity }: TakenLaunch, end: LaunchEnd): Promise<void> {
    const { context, state } = this.#options;
    const taken = { files: [], letters: 0 };
    const phase: EndingPhase = { name: "ending", launch: identity, keyId: null, end, taken };
    writePhase(state.storage.kv, phase);
    await finish(context, phase, null);
  }
}

function aborted(): LaunchEnd {
  return endOf({ type: "stopped", by: "abort" }, Date.now());
}

async function closed(browser: DevTools): Promise<void> {
  await Promise.race([browser.close().catch(() => {}), scheduler.wait(CLOSES_WITHIN_MS)]);
}
