import { customAlphabet } from "nanoid";
import type { Database } from "../../store/database.ts";
import { findRunnerByPrefix } from "../../store/runner.ts";
import { fingerprintKey, sameHash } from "../account/index.ts";
import type { RunnerActor } from "./runner.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomPart = customAlphabet(BASE62, 40);
const TOKEN = /^orr_[0-9A-Za-z]{40}$/;

/** A new token: `orr_` and 40 base62 characters, 238 bits of chance. */
export function newToken(): string {
  return `orr_${randomPart()}`;
}

/** Whether a credential has a token's form; no account's key has. */
export function isToken(credential: string): boolean {
  return TOKEN.test(credential);
}

/**
 * The runner that a token opens; null when it is unknown or its runner was removed. Asked of the
 * catalogue each time, since what the runner works on is read along with it.
 */
export async function authenticateRunner(
  deps: { db: Database },
  token: string,
): Promise<RunnerActor | null> {
  if (!isToken(token)) return null;
  const { prefix, hash } = await fingerprintKey(token);
  const row = await findRunnerByPrefix(deps.db, prefix);
  if (!row || !sameHash(row.hash, hash)) return null;
  const { id: runnerId, accountId, name, experimentId, lateExperimentId } = row;
  const { lastSeenAt: at, beats, revision } = row;
  const seen = { at, beats, revision };
  return { type: "runner", runnerId, accountId, name, experimentId, lateExperimentId, seen };
}
