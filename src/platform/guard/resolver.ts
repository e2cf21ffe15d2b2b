import * as z from "zod";
import { Fault } from "../../domain/errors.ts";
import { isAddress } from "./addresses.ts";

/** Where a name leads: the names that it is an alias of, and the addresses. */
export interface Resolution {
  aliases: string[];
  /** Empty when there is no such name, or nothing at it. */
  addresses: string[];
}

export interface ResolverOptions {
  /** Answers `application/dns-json` (RFC 8484's JSON cousin, as Cloudflare and Google serve it). */
  url: string;
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** An answer is believed for as long as it says, but no longer than this. */
const MAX_TTL_S = 60;
const NOTHING_TTL_S = 5;
const MAX_ENTRIES = 1000;
const ANSWER_WITHIN_MS = 3000;

const TYPE = { A: 1, CNAME: 5, AAAA: 28 } as const;
const STATUS = { ok: 0, serverFailure: 2, noSuchName: 3 } as const;

const Answer = z.object({
  Status: z.number(),
  Answer: z
    .array(z.object({ type: z.number(), TTL: z.number().default(0), data: z.string() }))
    .default([]),
});

/**
 * Resolves names by DNS over HTTPS, both address families.
 * @returns A function that rejects with a `Fault` UNAVAILABLE when the resolver itself fails.
 */
export function createResolver(options: ResolverOptions): (name: string) => Promise<Resolution> {
  const { now } = options;
  const known = new Map<string, { until: number; resolution: Resolution }>();
  return async (name) => {
    const seen = known.get(name);
    if (seen && seen.until > now()) return seen.resolution;
    const answers = await Promise.all([ask(options, name, "A"), ask(options, name, "AAAA")]);
    const records = answers.flat();
    const resolution = {
      aliases: records
        .filter(({ type }) => type === TYPE.CNAME)
        .map(({ data }) => data.toLowerCase().replace(/\.+$/, "")),
      addresses: records
        .filter(({ type }) => type === TYPE.A || type === TYPE.AAAA)
        .map(({ data }) => data),
    };
    if (!resolution.addresses.every(isAddress)) throw unavailable();
    const ttl = Math.min(...records.map(({ TTL }) => TTL), MAX_TTL_S);
    const seconds = resolution.addresses.length > 0 ? ttl : NOTHING_TTL_S;
    known.delete(name);
    if (known.size >= MAX_ENTRIES) known.clear();
    known.set(name, { until: now() + seconds * 1000, resolution });
    return resolution;
  };
}

async function ask(options: ResolverOptions, name: string, type: "A" | "AAAA") {
  const url = new URL(options.url);
  url.searchParams.set("name", name);
  url.searchParams.set("type", type);
  let answer: z.output<typeof Answer>;
  try {
    const response = await options.fetch(
      new Request(url, {
        headers: { accept: "application/dns-json" },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      }),
    );
    if (!response.ok) throw unavailable();
    answer = Answer.parse(await response.json());
  } catch {
    throw unavailable();
  }
  switch (answer.Status) {
    case STATUS.ok:
      return answer.Answer;
    case STATUS.noSuchName:
    // The name's own servers fail: a browser would not get there either.
    case STATUS.serverFailure:
      return [];
    default:
      throw unavailable();
  }
}

function unavailable(): Fault {
  return new Fault("UNAVAILABLE", "Host names cannot be resolved just now.", { retryAfter: 5 });
}
