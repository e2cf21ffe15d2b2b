import { customAlphabet } from "nanoid";
import { insertSession } from "../../store/session.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { LLM_PROVIDERS } from "./session.ts";

const newSessionId = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 24);

/** What a session id looks like; anything else is not asked for. */
export const SESSION_ID = /^sess_[0-9a-z]{24}$/;

/** The language model that a session may call on. Kept sealed, for the session's life only. */
export interface ModelSettings {
  provider: (typeof LLM_PROVIDERS)[number];
  model?: string;
  apiKey?: string;
  baseUrl?: string;
}

export interface CreateSessionInput {
  model: ModelSettings;
  /** One of the deployment's regions; the nearest when absent. */
  region?: string;
  nearestRegion: string;
  /** Seconds. */
  idleTimeout: number;
  /** Host name that the request came to. */
  host: string;
}

/**
 * Opens a session. No browser is launched: the first command does that.
 * @throws Fault LIMIT_REACHED at MAX_SESSIONS, BAD_REQUEST for an unknown region or a base URL
 * that the guard refuses.
 */
export async function createSession(
  ctx: Ctx,
  input: CreateSessionInput,
): Promise<{ id: string; createdAt: number; region: string }> {
  const { accountId } = assertCanAct(ctx);
  const { regions, maxSessions } = ctx.settings;
  const region = input.region ?? input.nearestRegion;
  if (!regions.includes(region)) {
    const reason = `must be one of ${regions.join(", ")}`;
    throw new Fault("BAD_REQUEST", `region: ${reason}`, { fields: { region: reason } });
  }
  if (input.model.baseUrl !== undefined) await ctx.ports.guard.assertAllowed(input.model.baseUrl);

  const id = `sess_${newSessionId()}`;
  const createdAt = ctx.now();
  const { sessions, seal } = ctx.ports;
  // The object first: it ends by its own alarm, so a crash in between leaves no row without one.
  await sessions.start(id, {
    accountId,
    region,
    host: input.host,
    createdAt,
    idleTimeout: input.idleTimeout,
    model: await seal.seal(`model:${id}`, JSON.stringify(input.model)),
  });
  const added = await insertSession(ctx.db, { id, accountId, region, createdAt }, maxSessions);
  if (!added) {
    await sessions.end(id, "never opened", false);
    throw new Fault(
      "LIMIT_REACHED",
      `Maximum sessions reached: this account may have ${maxSessions} at once.`,
    );
  }
  return { id, createdAt, region };
}
