import { isAddress } from "../guard/addresses.ts";
import { normalizedHost } from "../guard/names.ts";
import { createResolver } from "../guard/resolver.ts";
import type { Stopwatch } from "./stopwatch.ts";

/**
 * What DNS says of a name. It never decides by itself: a name may be known to the platform alone
 * (a hosts file), and a resolver may be down.
 */
export type Lookup = "not_needed" | "found" | "missing" | "unknown";

export interface LookupOptions {
  /** A DNS-over-HTTPS service that answers `application/dns-json`. */
  dohUrl: string;
  fetch: (request: Request) => Promise<Response>;
}

/** Connections that one look-up opens at once: both address families are asked together. */
export const LOOKUP_CONNECTIONS = 2;

/** False for an address and for localhost, which no name server is asked for. */
export function needsLookup(hostname: string): boolean {
  const host = normalizedHost(hostname);
  return !isAddress(host) && host !== "localhost" && !host.endsWith(".localhost");
}

/**
 * Looks a name up and marks `namelookup` (curl's time_namelookup). Asked anew each time, since a
 * remembered answer would measure nothing. A resolver that fails is not the target's fault: its
 * time is not booked and the phase stays unmeasured.
 */
export async function lookUp(
  options: LookupOptions,
  hostname: string,
  watch: Stopwatch,
): Promise<Lookup> {
  const resolve = createResolver({ url: options.dohUrl, fetch: options.fetch, now: Date.now });
  const begun = watch.elapsed;
  try {
    const { addresses } = await resolve(normalizedHost(hostname));
    watch.mark("namelookup");
    return addresses.length > 0 ? "found" : "missing";
  } catch {
    watch.forget(begun);
    return "unknown";
  }
}
