import { unwrap } from "../domain/errors.ts";
import type { Outcome } from "../domain/errors.ts";
import type { Watcher } from "../domain/ports.ts";

/** Header under which the Worker tells an object who watches. Never read from outside. */
const WATCHER_HEADER = "x-outrider-watcher";

/**
 * Forwards an upgrade to the object that has the sockets.
 * @throws Fault what the object refuses it with: NOT_FOUND, LIMIT_REACHED.
 */
export async function openSocket<F>(
  object: { fetch: (request: Request) => Promise<Response> },
  request: Request,
  watcher: Watcher<F>,
): Promise<Response> {
  // Of the caller's request only the upgrade itself goes on: its headers and query hold the key.
  const headers = new Headers({ upgrade: "websocket", [WATCHER_HEADER]: JSON.stringify(watcher) });
  const response = await object.fetch(new Request(new URL("/watch", request.url), { headers }));
  if (response.webSocket) return response;
  return unwrap((await response.json()) as Outcome<never>);
}
