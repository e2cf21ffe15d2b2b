import { unwrap } from "../domain/errors.ts";
import type {
  LiveSessions,
  Reply,
  SessionCommand,
  SessionInit,
  SessionResult,
  SessionView,
} from "../domain/ports.ts";
import { openSocket } from "./live.ts";

/** What `SessionObject` answers by RPC. Structural, since platform may not import objects. */
export interface SessionRpc extends Rpc.DurableObjectBranded {
  start(id: string, init: SessionInit): Reply<void>;
  view(accountId: string): Reply<SessionView>;
  command(accountId: string, command: SessionCommand): Reply<SessionResult<SessionCommand>>;
  end(reason: string, opened: boolean): Reply<void>;
  dropKey(keyId: string): Reply<void>;
  fetch(request: Request): Promise<Response>;
}

/** The one place with stubs of session objects. */
export function createLiveSessions(namespace: DurableObjectNamespace<SessionRpc>): LiveSessions {
  const stub = (id: string, region?: string) =>
    namespace.get(
      namespace.idFromName(id),
      region === undefined ? {} : { locationHint: region as DurableObjectLocationHint },
    );
  return {
    start: async (id, init) => unwrap(await stub(id, init.region).start(id, init)),
    view: async (id, accountId) => unwrap(await stub(id).view(accountId)),
    command: async <C extends SessionCommand>(id: string, accountId: string, command: C) =>
      unwrap(await stub(id).command(accountId, command)) as SessionResult<C>,
    watch: (id, request, watcher) => openSocket(stub(id), request, watcher),
    end: async (id, reason, opened) => unwrap(await stub(id).end(reason, opened)),
    dropKey: async (id, keyId) => unwrap(await stub(id).dropKey(keyId)),
  };
}
