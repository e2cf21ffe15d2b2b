import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { WatchFilter } from "./telemetry.ts";

export interface WatchTelemetryInput {
  /** Name of the wire's frame encoder; `publicFrame` is the one for listeners without a key. */
  frame: string;
  publicFrame: string;
  since?: number;
  ack: boolean;
  /** All that is due at once in one message. */
  batch: boolean;
  filter: WatchFilter;
}

/**
 * Opens a socket on an account's stream: the caller's, or without a key that of the account which
 * the deployment made public.
 * @throws Fault UNAUTHENTICATED when there is neither.
 */
export async function watchTelemetry(
  ctx: Ctx,
  request: Request,
  input: WatchTelemetryInput,
): Promise<Response> {
  const { frame, publicFrame, ...how } = input;
  const { actor } = ctx;
  const { publicEventsAccount } = ctx.settings;
  if (actor.type === "account") {
    const { accountId, keyId, keyExpiresAt } = actor;
    return ctx.ports.telemetry.watch(request, { accountId, keyId, keyExpiresAt, frame, ...how });
  }
  if (actor.type === "operator" || publicEventsAccount === null) {
    throw new Fault("UNAUTHENTICATED", "Missing API key. Provide X-API-Key header.");
  }
  return ctx.ports.telemetry.watch(request, {
    accountId: publicEventsAccount,
    keyId: null,
    keyExpiresAt: null,
    frame: publicFrame,
    ...how,
  });
}
