import { Fault } from "../../domain/errors.ts";
import type { Guard } from "../../domain/ports.ts";
import { type Connect, dial, hangUp, NotConnected } from "./dial.ts";
import { type Answer, exchange, type ExchangeOptions } from "./exchange.ts";
import { ProbeFailure } from "./failure.ts";
import { askByFetch } from "./fallback.ts";
import { type Lookup, LOOKUP_CONNECTIONS, lookUp, needsLookup } from "./lookup.ts";
import { encodeRequest, type Hop, plainUrl } from "./request.ts";
import type { Slots } from "./slots.ts";
import { type Budget, Stopwatch } from "./stopwatch.ts";
import type { HopMarks } from "./timings.ts";

/** What a probe works with. */
export interface Tools {
  guard: Guard;
  dohUrl: string;
  connect: Connect;
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds on a clock that never goes back. */
  now: () => number;
  slots: Slots;
}

export interface HopOptions {
  /** What is left of it is brought up to date. */
  budget: Budget;
  /** Gets this hop's marks, also when it fails. */
  hops: HopMarks[];
  body: ExchangeOptions["body"];
}

export interface Asked {
  answer: Answer;
  via: "socket" | "fetch";
}

/**
 * Makes one request: waits for a connection to be free (not booked), looks the name up, asks the
 * guard, connects, exchanges.
 * @throws ProbeFailure
 */
export async function askOnce(tools: Tools, hop: Hop, options: HopOptions): Promise<Asked> {
  const { hostname } = hop.url;
  const looking = needsLookup(hostname);
  const lease = await tools.slots.acquire(looking ? LOOKUP_CONNECTIONS : 1);
  const watch = new Stopwatch(tools.now, options.budget);
  options.hops.push(watch.marks);
  try {
    const lookup = looking ? await lookUp(tools, hostname, watch) : "not_needed";
    await watch.off(() => assertAllowed(tools.guard, hop));
    watch.check("looking up the name");
    lease.shrink(1);
    return await reach(tools, hop, { lookup, watch, body: options.body });
  } finally {
    lease.release();
    watch.marks.total ??= watch.elapsed;
    options.budget.left -= watch.marks.total;
  }
}

interface Reach {
  lookup: Lookup;
  watch: Stopwatch;
  body: ExchangeOptions["body"];
}

/** By socket, or by `fetch` where the platform opens none. */
async function reach(tools: Tools, hop: Hop, { lookup, watch, body }: Reach): Promise<Asked> {
  try {
    const connection = await dial(hop.url, { connect: tools.connect, watch });
    try {
      const request = encodeRequest(hop);
      const answer = await exchange(connection, { method: hop.method, request, watch, body });
      return { answer, via: "socket" };
    } finally {
      await hangUp(connection);
    }
  } catch (error) {
    if (!(error instanceof NotConnected)) throw error;
    // Only now does the resolver's word count: a name may be known to the platform alone.
    if (lookup === "missing") throw unknownName(hop.url.hostname);
    const failed = watch.elapsed;
    const answer = await askByFetch(hop, { fetch: tools.fetch, watch, body });
    if (answer) return { answer, via: "fetch" };
    watch.marks.total = failed;
    throw error;
  }
}

/**
 * A resolver that is down must not fail the check, so a name that cannot be judged for that
 * reason passes: what the guard knows without asking it has refused by then, and the platform
 * itself lets no socket into private networks.
 */
async function assertAllowed(guard: Guard, hop: Hop): Promise<void> {
  try {
    await guard.assertAllowed(plainUrl(hop.url));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === "UNAVAILABLE") return;
    if (error.message.startsWith("net::ERR_NAME_NOT_RESOLVED")) throw unknownName(hop.url.hostname);
    throw new ProbeFailure("blocked", error.message);
  }
}

function unknownName(hostname: string): ProbeFailure {
  return new ProbeFailure("dns", `the name ${hostname} cannot be resolved`);
}
