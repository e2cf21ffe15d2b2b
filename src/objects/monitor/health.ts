import {
  ASIDE_MS,
  type HostResult,
  isNetworkFailure,
  sickCheckers,
  WINDOW_MS,
} from "../../domain/monitor/sick-checker.ts";
import type { Check } from "../../domain/monitor/monitor.ts";

/** Which checkers are set aside, by what the shard's own checks say of them. */
export class CheckerHealth {
  #results: (HostResult & { at: number })[] = [];
  readonly #aside = new Map<string, number>();
  /** Regions that others stood in for. */
  readonly #unreachable = new Map<string, number>();

  /** @returns Those that are set aside from now on. */
  note(
    checks: readonly Check[],
    hostOf: (monitorId: number) => string | null,
    now: number,
  ): { checker: string; until: number }[] {
    this.#results = this.#results.filter(({ at }) => at > now - WINDOW_MS);
    let failed = false;
    for (const { monitorId, at, checker, error } of checks) {
      const host = hostOf(monitorId);
      if (host === null) continue;
      const networkFailure = isNetworkFailure(error?.kind);
      failed ||= networkFailure;
      this.#results.push({ at, checker, host, networkFailure });
    }
    if (!failed) return [];
    const until = now + ASIDE_MS;
    const fresh = sickCheckers(this.#results).filter((checker) => !this.at(now).has(checker));
    for (const checker of fresh) this.#aside.set(checker, until);
    return fresh.map((checker) => ({ checker, until }));
  }

  /** It could not be reached: for a while it is not asked for confirmations. */
  missed(checker: string, now: number): void {
    this.#unreachable.set(checker, now + ASIDE_MS);
  }

  /** When the next one can be asked again; milliseconds, null when all can be. */
  nextBack(now: number): number | null {
    this.unable(now);
    const times = [...this.#aside.values(), ...this.#unreachable.values()];
    // Until then, and including it.
    return times.length > 0 ? Math.min(...times) + 1 : null;
  }

  /** Those that are set aside now. */
  at(now: number): Set<string> {
    return still(this.#aside, now);
  }

  /** Those that cannot confirm anything now. */
  unable(now: number): Set<string> {
    return new Set([...this.at(now), ...still(this.#unreachable, now)]);
  }
}

function still(times: Map<string, number>, now: number): Set<string> {
  for (const [checker, until] of times) if (until < now) times.delete(checker);
  return new Set(times.keys());
}
