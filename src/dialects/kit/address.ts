import type { Ctx } from "../../domain/context.ts";
import { Fault } from "../../domain/errors.ts";

/** Meters that addresses share, so that no address leaves an object behind. */
const METERS = 256;

/**
 * Takes one request off the window of a minute of the client's address, as the platform itself
 * saw it: `X-Forwarded-For` is the client's to write, and is not believed.
 * @throws Fault RATE_LIMITED
 */
export async function assertAddressAdmitted(ctx: Ctx): Promise<void> {
  const { rateLimitPerAddress: limit } = ctx.settings;
  if (limit === 0 || ctx.actor.type !== "anonymous") return;
  const client = clientOf(ctx.actor.address);
  const { admitted, reset } = await ctx.ports.meter.admit(meterOf(client), client, limit);
  if (admitted) return;
  throw new Fault("RATE_LIMITED", `Rate limit exceeded: ${limit} requests per minute.`, {
    retryAfter: Math.max(1, reset - Math.floor(ctx.now() / 1000)),
    limit,
  });
}

/** An IPv6 client owns the last 64 bits of its address, so it is known by the first. */
export function clientOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("%", 1).join("").toLowerCase().split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length });
  const groups = [...front, ...zeros.map(() => "0"), ...back].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}

/** FNV-1a, for an even spread. */
function meterOf(client: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < client.length; index += 1) {
    hash = Math.imul(hash ^ client.charCodeAt(index), 0x01000193);
  }
  return `addresses:${(hash >>> 0) % METERS}`;
}
