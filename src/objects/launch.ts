import { DurableObject } from "cloudflare:workers";
import { putBack } from "../domain/agent/claim.ts";
import { Fault, settle } from "../domain/errors.ts";
import type { LaunchOrder, Reply, Sandbox } from "../domain/ports.ts";
import { leaveLine } from "../domain/session/browser-line.ts";
import { type ObjectContext, objectContext } from "../runtime/context.ts";
import { finish, holderOf, lose, readPhase } from "./launch/ending.ts";
import { Life } from "./launch/life.ts";
import { Visit } from "./launch/visit.ts";

/** While a launch lives the alarm rings so often: it keeps the object awake, or finds it dead. */
const HEARTBEAT_MS = 15_000;
/** A hub that cannot be told of the end now is told again so much later. */
const OWED_AGAIN_MS = 60_000;

/**
 * One launch, from the hand-over on until its end is written down. The run goes on here and not in
 * the queue's consumer: it can be aborted, it outlives the consumer, and an object that wakes up
 * with a run noted down and none in memory knows that it is lost. Subclassed in `index.ts`, which
 * hands over the sandbox.
 */
export abstract class LaunchShell extends DurableObject<Env> {
  readonly #context: ObjectContext;
  #life: Life | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#context = objectContext(env);
  }

  /** Where its script runs. */
  protected abstract sandbox(): Sandbox;

  start(order: LaunchOrder): Reply<void> {
    return settle(async () => {
      const { kv } = this.ctx.storage;
      const known = kv.get<LaunchOrder>("order");
      if (known?.claim === order.claim) return;
      if (this.#life) {
        throw new Fault(
          "CONFLICT",
          "This launch was handed over before, and is not let go of yet.",
        );
      }
      if (known) await this.#recover(known);
      kv.put("order", order);
      await this.#rearm(HEARTBEAT_MS);
      this.#begin(order);
    });
  }

  /** Looks after a launch whose end is overdue. False when it is not this object's. */
  attend(order: LaunchOrder): Reply<boolean> {
    return settle(async () => {
      const known = this.ctx.storage.kv.get<LaunchOrder>("order");
      if (known?.claim !== order.claim) return false;
      if (!this.#life) await this.#recover(known);
      return true;
    });
  }

  abort(how: "soft" | "hard"): Reply<void> {
    return settle(() => this.#life?.abort(how));
  }

  override async alarm(): Promise<void> {
    try {
      const order = this.ctx.storage.kv.get<LaunchOrder>("order");
      if (this.#life) await this.#rearm(HEARTBEAT_MS);
      else if (order) await this.#recover(order);
      else await this.#part(Visit.known(this.ctx, this.#context));
    } catch (error) {
      // The platform gives an alarm up that fails a few times; this one must ring again.
      this.#context.log.error("alarm", error);
      await this.#rearm(HEARTBEAT_MS);
    }
  }

  #begin(order: LaunchOrder): void {
    const { ctx: state } = this;
    const sandbox = this.sandbox();
    const life = new Life({ order, state, context: this.#context, sandbox });
    this.#life = life;
    const work = life
      .live()
      .then(() => this.#letGo(life.visit))
      // The alarm goes on from where this stopped.
      .catch((error: unknown) => this.#context.log.error("launch", error))
      .finally(() => {
        this.#life = null;
      });
    this.ctx.waitUntil(work);
  }

  /** A launch is noted down here, and nobody is at it: the object died meanwhile. */
  async #recover(order: LaunchOrder): Promise<void> {
    const { storage } = this.ctx;
    const phase = readPhase(storage.kv);
    const visit = Visit.known(this.ctx, this.#context);
    if (!phase || phase.name === "accepted") {
      // Nothing of the script has run.
      await leaveLine(this.#context.db, holderOf(order.launchId));
      await putBack(this.#context.systemFor(null), order, 0);
    } else {
      const ending = phase.name === "ending" ? phase : await lose(this.#context, storage.kv, phase);
      await finish(this.#context, ending, visit);
    }
    await this.#letGo(visit);
  }

  /** Nothing is left to do about the launch itself. */
  async #letGo(visit: Visit | null): Promise<void> {
    this.ctx.storage.kv.delete("order");
    await this.#part(visit);
  }

  /** Tells the account's hub of the end, then forgets everything. */
  async #part(visit: Visit | null): Promise<void> {
    const { storage } = this.ctx;
    if (visit && !(await visit.part())) return this.#rearm(OWED_AGAIN_MS);
    // Nothing was begun here meanwhile.
    if (storage.kv.get("order") !== undefined) return undefined;
    await storage.deleteAlarm();
    return storage.deleteAll();
  }

  #rearm(ms: number): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now() + ms);
  }
}
