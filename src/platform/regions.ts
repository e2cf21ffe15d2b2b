import type { Regions } from "../domain/ports.ts";

/** What an object in a region is asked. */
export interface RegionRpc extends Rpc.DurableObjectBranded {
  /** Whether the browser service answers from where the object runs. */
  probe(): Promise<boolean>;
}

const ANSWER_WITHIN_MS = 3000;
const KEPT_FOR_MS = 10_000;

/**
 * Asks a region how it is by asking one object there, which asks the browser service. An answer
 * is kept for ten seconds; no answer in three seconds is "not healthy".
 */
export function createRegions(namespace: DurableObjectNamespace<RegionRpc>): Regions {
  const kept = new Map<string, { until: number; healthy: Promise<boolean> }>();
  const ask = async (region: string): Promise<boolean> => {
    const stub = namespace.get(namespace.idFromName(`probe:${region}`), {
      locationHint: region as DurableObjectLocationHint,
    });
    const late = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), ANSWER_WITHIN_MS);
    });
    return Promise.race([stub.probe().catch(() => false), late]);
  };
  return {
    healthy: (region) => {
      const seen = kept.get(region);
      if (seen && seen.until > Date.now()) return seen.healthy;
      const healthy = ask(region);
      kept.set(region, { until: Date.now() + KEPT_FOR_MS, healthy });
      return healthy;
    },
  };
}
