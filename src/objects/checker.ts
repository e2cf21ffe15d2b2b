import { DurableObject } from "cloudflare:workers";
import {
  MAX_PROBES_PER_CALL,
  type Prober,
  type ProbeRequest,
  type ProbeResult,
} from "../domain/monitor/probe.ts";
import { objectContext } from "../runtime/context.ts";

/** Probes from where it lives, which its location hint decides. It keeps nothing. */
export class CheckerObject extends DurableObject<Env> {
  readonly #newProber: () => Prober;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#newProber = objectContext(env).newProber;
  }

  /**
   * Makes the probes, five at once, and answers in their order.
   * @throws RangeError over {@link MAX_PROBES_PER_CALL}.
   */
  probe(requests: ProbeRequest[]): Promise<ProbeResult[]> {
    if (requests.length > MAX_PROBES_PER_CALL) {
      throw new RangeError(`A call may bring ${MAX_PROBES_PER_CALL} probes at most.`);
    }
    // One per invocation: the platform's limit on connections is.
    const prober = this.#newProber();
    return Promise.all(requests.map((request) => prober.probe(request)));
  }
}
