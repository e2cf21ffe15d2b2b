import { makePassingKey } from "../../domain/account/index.ts";
import { moveEnd, type TakenLaunch } from "../../domain/agent/claim.ts";
import { endOf } from "../../domain/agent/end-launch.ts";
import { runServices } from "../../domain/agent/run-services.ts";
import type { Command } from "../../domain/agent/run.ts";
import type { SystemCtx } from "../../domain/context.ts";
import type {
  DevTools,
  LaunchEnd,
  RunEnd,
  RunRequest,
  RunWorld,
  Sandbox,
} from "../../domain/ports.ts";
import type { ObjectContext } from "../../runtime/context.ts";
import { ConsoleWriter } from "./console-writer.ts";
import { type EndingPhase, writePhase } from "./ending.ts";
import { keepFiles } from "./files.ts";
import { Stopper } from "./stopper.ts";
import type { Visit } from "./visit.ts";

/** A run that was told to stop and has not is left to itself after so long. */
const STOPS_WITHIN_MS = 10_000;
/** How long the end of a run waits for its console to be taken. */
const FLUSH_WITHIN_MS = 30_000;
/** Beyond the longest run. */
const KEY_LASTS_MS = 20 * 60_000;
const MAX_FILES = 1000;
const MAX_FILE_BYTES = 32 * 1024 * 1024;

export interface RunOptions {
  context: ObjectContext;
  ctx: SystemCtx;
  state: DurableObjectState;
  sandbox: Sandbox;
  taken: TakenLaunch;
  script: { name: string; text: string };
  command: Command;
  browser: DevTools;
  origin: string;
  visit: Visit;
}

/** One run of a script, from the moment on at which its browser is there. */
export class Run {
  readonly #options: RunOptions;
  readonly #stopper: Stopper;
  readonly #console: ConsoleWriter;
  #letters = 0;
  #keyId: string | null = null;

  constructor(options: RunOptions) {
    const { ctx, taken } = options;
    const { agent, identity } = taken;
    const { agentId, launchId } = identity;
    this.#options = options;
    this.#stopper = new Stopper({ timeLimit: agent.timeLimit, now: Date.now });
    this.#console = new ConsoleWriter({
      send: (console) => ctx.ports.agents.tell(agentId, { launchId, console }),
      sleep: (ms) => scheduler.wait(ms),
    });
  }

  abort(how: "soft" | "hard"): void {
    this.#stopper.abort(how);
  }

  /** Runs the script. Resolves with how it ended, and what is left to do about it. */
  async complete(): Promise<EndingPhase> {
    const { ctx, taken, state } = this.#options;
    const { identity } = taken;
    let end: RunEnd;
    let kept: [name: string, size: number][] = [];
    try {
      const result = await this.#perform();
      end = result.end;
      if (end.type === "failed") this.#console.print(`* ${end.reason}\n`);
      const { files, refused } = await keepFiles(ctx, identity, result.files);
      kept = files;
      for (const line of refused) this.#console.print(`* ${line}\n`);
    } catch (error) {
      ctx.log.error("run", error, { launch: identity.launchId });
      end = { type: "failed", reason: "Something went wrong on our side" };
      this.#console.print(`* ${end.reason}\n`);
    } finally {
      this.#stopper.close();
    }
    await this.#flush();
    const phase: EndingPhase = {
      name: "ending",
      launch: identity,
      keyId: this.#keyId,
      end: endOf(end, Date.now()) satisfies LaunchEnd,
      taken: { files: kept, letters: this.#letters },
    };
    writePhase(state.storage.kv, phase);
    return phase;
  }

  async #perform(): ReturnType<Sandbox["run"]> {
    const { sandbox, ctx, state, taken, browser, script, command } = this.#options;
    const { launch, agent, identity } = taken;
    const { context } = this.#options;
    this.#console.print(
      `* Container ${containerName()} started in directory /home/phantom/agent\n`,
    );
    const key = await makePassingKey(ctx.db, {
      accountId: launch.accountId,
      name: `Launch ${launch.id}`,
      expiresAt: Date.now() + KEY_LASTS_MS,
      now: Date.now(),
    });
    this.#keyId = key.id;
    writePhase(state.storage.kv, {
      name: "running",
      launch: identity,
      keyId: key.id,
      browserId: browser.id,
    });
    const request: RunRequest = {
      command,
      script,
      argument: launch.argument,
      agentId: agent.id,
      launchId: launch.id,
      apiKey: key.secret,
      retryCount: launch.retryCount,
      maxRetries: agent.retries,
      limits: {
        interrupts: context.config.CPU_BUDGET,
        memory: context.config.SCRIPT_MEMORY_MB * 1024 * 1024,
        files: MAX_FILES,
        fileBytes: MAX_FILE_BYTES,
      },
    };
    return Promise.race([sandbox.run(request, this.#world()), this.#stopped()]);
  }

  #world(): RunWorld {
    const { ctx, taken, browser, origin, visit } = this.#options;
    const { agent, launch, identity } = taken;
    const { signal } = this.#stopper;
    return {
      browser,
      assertAllowed: (url) => ctx.ports.guard.assertAllowed(url),
      fetch: (request) => fetch(request, { redirect: "manual", signal }),
      print: (text) => this.#console.print(text),
      tell: (event) => visit.tell(event),
      services: runServices(ctx, {
        accountId: launch.accountId,
        agentId: agent.id,
        agentName: agent.name,
        launchId: launch.id,
        origin,
        setTimeLimit: async (seconds) => {
          this.#stopper.setTimeLimit(seconds);
          await moveEnd(ctx, identity, this.#stopper.endsAt);
        },
        printed: () => this.#console.flush(),
        onLetter: () => {
          this.#letters += 1;
        },
      }),
      now: Date.now,
      random: Math.random,
      sleep: (ms) => sleep(ms, signal),
      signal,
      softAborted: () => this.#stopper.softAborted,
      endsAt: () => this.#stopper.endsAt,
    };
  }

  /** A run that does not stop by itself is over all the same. */
  async #stopped(): ReturnType<Sandbox["run"]> {
    const { signal } = this.#stopper;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await scheduler.wait(STOPS_WITHIN_MS);
    return { end: { type: "stopped", by: this.#stopper.stopped ?? "abort" }, files: [] };
  }

  /** What its agent's object does not take in time is lost, and nothing waits for it. */
  async #flush(): Promise<void> {
    const timer = setTimeout(() => this.#console.giveUp(), FLUSH_WITHIN_MS);
    await this.#console.flush();
    clearTimeout(timer);
  }
}

/** Twelve hexadecimal digits. */
function containerName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
