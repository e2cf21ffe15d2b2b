import type { Numbered } from "../../domain/event.ts";
import type { Check } from "../../domain/monitor/monitor.ts";
import type { Glance } from "../../domain/monitor/shard.ts";
import type { MonitorEvent, MonitorFilter } from "../../domain/monitor/watch-monitor.ts";
import type { Watchers } from "../watchers.ts";

/** Events that a socket which opens a little later is told of. */
const REMEMBERED = 200;

/**
 * What a shard tells its watchers. Nothing of it is kept: the checks themselves are, and a page
 * that was away longer reads them again.
 */
export class LiveChecks {
  readonly #watchers: () => Watchers<MonitorEvent, MonitorFilter>;
  readonly #glance: (monitorIds: number[]) => Glance[];
  readonly #now: () => number;
  #recent: Numbered<MonitorEvent>[] = [];
  #latest = 0;

  constructor(options: {
    watchers: () => Watchers<MonitorEvent, MonitorFilter>;
    glance: (monitorIds: number[]) => Glance[];
    now: () => number;
  }) {
    this.#watchers = options.watchers;
    this.#glance = options.glance;
    this.#now = options.now;
  }

  /** The newest number, 0 after a sleep. Numbers are times, so that they go on rising after it. */
  get latest(): number {
    return this.#latest;
  }

  replay(since: number): { events: Numbered<MonitorEvent>[]; gap: null } {
    return { events: this.#recent.filter(({ seq }) => seq > since), gap: null };
  }

  checks(checks: readonly Check[]): void {
    const ids = [...new Set(checks.map(({ monitorId }) => monitorId))];
    const glances = new Map(this.#glance(ids).map((glance) => [glance.monitorId, glance]));
    for (const check of checks) {
      const glance = glances.get(check.monitorId);
      if (!glance) continue;
      const { monitorId, state, downSince, inMaintenance } = glance;
      this.#tell({ type: "check", monitorId, check, state, downSince, inMaintenance });
    }
  }

  changed(monitorIds: readonly number[]): void {
    for (const monitorId of monitorIds) this.#tell({ type: "changed", monitorId });
  }

  #tell(event: MonitorEvent): void {
    const at = this.#now();
    this.#latest = Math.max(this.#latest + 1, at);
    const numbered = { ...event, seq: this.#latest, at };
    this.#recent.push(numbered);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    // A minute's checks come at once: what nobody hears of must not crowd out what somebody does.
    const watchers = this.#watchers();
    if (watchers.isWanted(numbered)) watchers.publish(numbered);
  }
}

export function isAbout({ monitorId }: MonitorFilter, event: MonitorEvent): boolean {
  return event.monitorId === monitorId;
}
