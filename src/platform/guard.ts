import { Fault } from "../domain/errors.ts";
import type { Guard } from "../domain/ports.ts";
import { isAddress, refusedRange } from "./guard/addresses.ts";
import { normalizedHost, refusedName } from "./guard/names.ts";
import { createResolver } from "./guard/resolver.ts";

export interface GuardOptions {
  /** Lets private addresses and our own host pass; scheme and syntax are checked all the same. */
  allowPrivate: boolean;
  /** Names under which this deployment answers; what lies below them is refused too. */
  ownHosts: readonly string[];
  /** A DNS-over-HTTPS service that answers `application/dns-json`. */
  dohUrl: string;
  fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

const MAX_URL_LENGTH = 8192;
const MAX_NAME_LENGTH = 253;

/**
 * The one judge of addresses. It sees hosts as a browser does: the WHATWG parser has turned
 * decimal, octal, hexadecimal and short IPv4 addresses into four decimal parts before it looks.
 * It keeps what it resolved, so one guard should live as long as the isolate.
 *
 * What it cannot see: the browser resolves the name again, and may then be told another address.
 */
export function createGuard(options: GuardOptions): Guard {
  const ownHosts = options.ownHosts.map(normalizedHost).filter((host) => host !== "");
  const resolve = createResolver({
    url: options.dohUrl,
    fetch: options.fetch ?? ((request) => fetch(request)),
    now: options.now ?? Date.now,
  });

  async function assertPublicName(name: string): Promise<void> {
    const refused = refusedName(name, ownHosts);
    if (refused) throw refusal(`${name} is not allowed: ${refused}.`);
    const { aliases, addresses } = await resolve(name);
    if (addresses.length === 0) throw refusal(`net::ERR_NAME_NOT_RESOLVED at ${name}`);
    for (const alias of aliases) {
      if (refusedName(alias, ownHosts)) {
        throw refusal(`${name} is not allowed: it is an alias of a host that is not.`);
      }
    }
    for (const address of addresses) {
      const range = refusedRange(address);
      if (range) throw refusal(`${name} is not allowed: it resolves to a ${range} address.`);
    }
  }

  return {
    async assertAllowed(url) {
      const { hostname } = parsed(url);
      if (options.allowPrivate) return;
      const host = normalizedHost(hostname);
      if (!isAddress(host)) return assertPublicName(host);
      if (ownHosts.includes(host)) {
        throw refusal(`${host} is not allowed: it is this service's own host.`);
      }
      const range = refusedRange(host);
      if (range) throw refusal(`${host} is not allowed: it is a ${range} address.`);
    },
  };
}

function parsed(url: string): URL {
  if (url.length > MAX_URL_LENGTH) {
    throw refusal(`The address is longer than ${MAX_URL_LENGTH} characters.`);
  }
  const address = URL.parse(url);
  if (!address) throw refusal("The address is not a valid URL.");
  if (address.protocol !== "http:" && address.protocol !== "https:") {
    throw refusal(`The address must begin with http:// or https://, not ${address.protocol}`);
  }
  // They would be shown wherever the address is: in answers, events and logs.
  if (address.username !== "" || address.password !== "") {
    throw refusal("The address must not contain a user name or password.");
  }
  const name = normalizedHost(address.hostname);
  if (name === "" || name.length > MAX_NAME_LENGTH || name.includes("..")) {
    throw refusal("The address has no valid host name.");
  }
  return address;
}

function refusal(reason: string): Fault {
  return new Fault("BAD_REQUEST", reason, { fields: { url: reason } });
}
