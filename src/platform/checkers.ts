import {
  MAX_PROBES_PER_CALL,
  type ProbeRequest,
  type ProbeResult,
} from "../domain/monitor/probe.ts";
import type { Checkers } from "../domain/ports.ts";

/** What `CheckerObject` answers by RPC. Structural, since platform may not import objects. */
export interface CheckerRpc extends Rpc.DurableObjectBranded {
  probe(requests: ProbeRequest[]): Promise<ProbeResult[]>;
}

/**
 * The one place with stubs of checkers: one object per region and shard, so that no object is
 * asked by everybody.
 */
export function createCheckers(namespace: DurableObjectNamespace<CheckerRpc>): Checkers {
  return {
    probeFrom: async (region, shard, requests) => {
      const stub = namespace.get(namespace.idFromName(`${region}:${shard}`), {
        locationHint: region as DurableObjectLocationHint,
      });
      const calls: Promise<ProbeResult[]>[] = [];
      for (let start = 0; start < requests.length; start += MAX_PROBES_PER_CALL) {
        calls.push(stub.probe(requests.slice(start, start + MAX_PROBES_PER_CALL)));
      }
      return (await Promise.all(calls)).flat();
    },
  };
}
