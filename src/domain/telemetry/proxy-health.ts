import type { Proxy, ProxyHealth, ProxyStatus } from "./telemetry.ts";

/** wire/adspower.md, "Proxy Status Values": bounds of the share of successes. */
const HEALTHY_FROM = 0.8;
const FLAGGED_FROM = 0.5;
/** wire/notes.md: so many failures in a row cool a proxy for so long. */
const COOLING_STREAK = 3;
const COOLING_MS = 30 * 60_000;

/** What is known of a proxy after one more finished visit. */
export function afterVisit(
  proxy: Pick<Proxy, "uses" | "successes" | "streak" | "latencyMs" | "coolingUntil">,
  outcome: { success: boolean; duration: number | null },
  at: number,
): Pick<Proxy, "uses" | "successes" | "streak" | "latencyMs" | "coolingUntil"> {
  const { success, duration } = outcome;
  const streak = success ? 0 : proxy.streak + 1;
  return {
    uses: proxy.uses + 1,
    successes: proxy.successes + (success ? 1 : 0),
    streak,
    latencyMs: proxy.latencyMs + (success ? Math.round((duration ?? 0) * 1000) : 0),
    coolingUntil: success ? null : streak >= COOLING_STREAK ? at + COOLING_MS : proxy.coolingUntil,
  };
}

/** Share of finished visits that succeeded, 0 to 1; 1 before the first. */
export function successShare({ uses, successes }: Pick<Proxy, "uses" | "successes">): number {
  return uses === 0 ? 1 : successes / uses;
}

export function proxyStatus(proxy: Pick<Proxy, "enabled" | "uses" | "successes">): ProxyStatus {
  const share = successShare(proxy);
  if (!proxy.enabled || share < FLAGGED_FROM) return "blacklisted";
  return share < HEALTHY_FROM ? "flagged" : "healthy";
}

export function isCooling(proxy: Pick<Proxy, "coolingUntil">, now: number): boolean {
  return proxy.coolingUntil !== null && proxy.coolingUntil > now;
}

/** Mean duration of its successes in milliseconds; 0 before the first. */
export function meanLatency({ successes, latencyMs }: Pick<Proxy, "successes" | "latencyMs">) {
  return successes === 0 ? 0 : latencyMs / successes;
}

export const NO_PROXIES: ProxyHealth = { healthy: 0, flagged: 0, blacklisted: 0 };
