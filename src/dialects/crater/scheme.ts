import type { Sign } from "../../domain/experiment/index.ts";
import { authorization, type CredentialReader, firstOf } from "../kit/index.ts";

const readCurrent = authorization("CraterToken");

/** `Authorization: token T` (wire/crater.md), or `CraterToken T` of later runners. */
export const credential: CredentialReader = firstOf(authorization("token"), readCurrent);

/** Whether the sender is a later runner: it gets JSON with a `status`, and sends heartbeats. */
export function isCurrent(request: Request): boolean {
  return readCurrent(request) !== null;
}

/** The revision in `User-Agent: crater/<sha> (url)`; null when there is none. */
export function revisionOf(request: Request): string | null {
  return /^crater\/(\S{1,100})/.exec(request.headers.get("user-agent") ?? "")?.[1] ?? null;
}

/** What a request tells of its runner. */
export function signOf(request: Request): Sign {
  return { beats: isCurrent(request), revision: revisionOf(request) };
}
