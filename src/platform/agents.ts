import { unwrap } from "../domain/errors.ts";
import type {
  KnownOutput,
  LaunchBegin,
  LaunchEnd,
  LaunchIdentity,
  LiveAgents,
  OutputNews,
  OutputQuery,
  OutputReading,
  Reply,
} from "../domain/ports.ts";
import { openSocket } from "./live.ts";

/** What `AgentObject` answers by RPC. Structural, since platform may not import objects. */
export interface AgentRpc extends Rpc.DurableObjectBranded {
  begin(launch: LaunchBegin): Reply<void>;
  tell(news: OutputNews): Reply<void>;
  end(launch: LaunchIdentity, end: LaunchEnd): Reply<LaunchEnd>;
  read(query: OutputQuery): Reply<OutputReading>;
  wait(known: KnownOutput, ms: number): Reply<OutputReading>;
  forget(launchIds: number[]): Reply<void>;
  destroy(): Reply<void>;
  dropKey(keyId: string): Reply<void>;
  fetch(request: Request): Promise<Response>;
}

/** The one place with stubs of agents' objects: each is named after its agent. */
export function createLiveAgents(namespace: DurableObjectNamespace<AgentRpc>): LiveAgents {
  const stub = (id: number) => namespace.getByName(String(id));
  return {
    begin: async (id, launch) => unwrap(await stub(id).begin(launch)),
    tell: async (id, news) => unwrap(await stub(id).tell(news)),
    end: async (id, launch, end) => unwrap(await stub(id).end(launch, end)),
    read: async (id, query) => unwrap(await stub(id).read(query)),
    wait: async (id, known, ms) => unwrap(await stub(id).wait(known, ms)),
    watch: (id, request, watcher) => openSocket(stub(id), request, watcher),
    forget: async (id, launchIds) => unwrap(await stub(id).forget(launchIds)),
    destroy: async (id) => unwrap(await stub(id).destroy()),
    dropKey: async (id, keyId) => unwrap(await stub(id).dropKey(keyId)),
  };
}
