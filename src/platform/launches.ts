import { unwrap } from "../domain/errors.ts";
import type { LaunchOrder, LiveLaunches, Reply } from "../domain/ports.ts";

/** What `LaunchObject` answers by RPC. Structural, since platform may not import objects. */
export interface LaunchRpc extends Rpc.DurableObjectBranded {
  start(order: LaunchOrder): Reply<void>;
  attend(order: LaunchOrder): Reply<boolean>;
  abort(how: "soft" | "hard"): Reply<void>;
}

/** The one place with stubs of launches' objects: each is named after its launch. */
export function createLiveLaunches(namespace: DurableObjectNamespace<LaunchRpc>): LiveLaunches {
  const stub = (id: number) => namespace.getByName(String(id));
  return {
    start: async (order) => unwrap(await stub(order.launchId).start(order)),
    attend: async (order) => unwrap(await stub(order.launchId).attend(order)),
    abort: async (id, how) => unwrap(await stub(id).abort(how)),
  };
}
