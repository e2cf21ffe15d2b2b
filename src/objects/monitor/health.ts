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

  /** When the next one is back; milliseconds, null when none is set aside. */
  nextBack(now: number): number | null {
    const times = [...this.at(now)].map((checker) => this.#aside.get(checker) ?? now);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Those that are set aside now. */
  at(now: number): Set<string> {
    for (const [checker, until] of this.#aside) if (until < now) this.#aside.delete(checker);
    return new Set(this.#aside.keys());
  }
}
