import type { CheckErrorKind } from "./monitor.ts";

/** How long a checker is set aside. */
export const ASIDE_MS = 60_000;
/** How far back its results are looked at. */
export const WINDOW_MS = 2 * 60_000;
const MIN_HOSTS = 5;

/** One result, as far as it tells something about the checker that made it. */
export interface HostResult {
  checker: string;
  host: string;
  /** It failed before the target answered anything. */
  networkFailure: boolean;
}

/** Failures that may be the checker's own fault: nothing came from the target. */
const NETWORK_FAILURES: ReadonlySet<CheckErrorKind> = new Set<CheckErrorKind>([
  "dns",
  "refused",
  "reset",
  "unreachable",
  "tls",
  "timeout",
]);

export function isNetworkFailure(kind: CheckErrorKind | undefined): boolean {
  return kind !== undefined && NETWORK_FAILURES.has(kind);
}

/**
 * The checkers that are to be set aside: of at least 5 different hosts that one tried, over half
 * failed at the network level although another region reached them. Hosts that nobody else
 * reached count for the checker: they may really be down.
 */
export function sickCheckers(results: readonly HostResult[]): string[] {
  /** Checker → host → whether it reached it at least once. */
  const tried = new Map<string, Map<string, boolean>>();
  for (const { checker, host, networkFailure } of results) {
    const hosts = tried.get(checker) ?? new Map<string, boolean>();
    hosts.set(host, (hosts.get(host) ?? false) || !networkFailure);
    tried.set(checker, hosts);
  }
  const reachedBy = (host: string, except: string) =>
    [...tried].some(([checker, hosts]) => checker !== except && hosts.get(host) === true);
  const sick: string[] = [];
  for (const [checker, hosts] of tried) {
    if (hosts.size < MIN_HOSTS) continue;
    const alone = [...hosts].filter(([host, reached]) => !reached && reachedBy(host, checker));
    if (alone.length > hosts.size / 2) sick.push(checker);
  }
  return sick;
}
