import { MINUTE_MS, type Rhythm } from "../../domain/monitor/due.ts";
import { type MachineRules, rulesFor } from "../../domain/monitor/machine.ts";
import type { MaintenanceWindow } from "../../domain/monitor/monitor.ts";
import { isInMaintenance } from "../../domain/monitor/windows.ts";
import type { MonitorRow } from "../../domain/monitor/shard-catalogue.ts";
import type { ShardState, ShardTables } from "./tables.ts";

/** What the object knows of a monitor: the catalogue's row, without what it does not need. */
export type Item = Omit<MonitorRow, "accountId" | "shard" | "name" | "publicHash" | "headerNames">;

type Window = Pick<MaintenanceWindow, "monitorId" | "startsAt" | "endsAt" | "repeat">;

/** What a new copy of the catalogue changed. */
export interface RosterChanges {
  /** Gone for good. */
  removed: Item[];
  /** Active before, and not any more. */
  paused: Item[];
  /** What it checks, or when, is not what it was. */
  changed: Item[];
}

/** The shard's monitors, as a copy of the catalogue that outlives the object's sleep. */
export class Roster {
  readonly #tables: ShardTables;
  #items: Map<number, Item>;
  #windows: Window[];

  constructor(tables: ShardTables, state: ShardState | null) {
    this.#tables = tables;
    this.#items = tables.load<Item>("roster");
    this.#windows = state ? (JSON.parse(state.windows) as Window[]) : [];
  }

  get items(): ReadonlyMap<number, Item> {
    return this.#items;
  }

  get ids(): number[] {
    return [...this.#items.keys()];
  }

  get windows(): string {
    return JSON.stringify(this.#windows);
  }

  /** Takes over the catalogue's rows; writes only those that changed. */
  replace(rows: MonitorRow[], windows: Window[]): RosterChanges {
    const changes: RosterChanges = { removed: [], paused: [], changed: [] };
    const next = new Map<number, Item>();
    for (const row of rows) {
      const item = itemOf(row);
      const before = this.#items.get(item.id);
      next.set(item.id, item);
      if (before && JSON.stringify(before) === JSON.stringify(item)) continue;
      this.#tables.put("roster", item.id, item);
      if (!before) continue;
      if (before.active && !item.active) changes.paused.push(item);
      else if (before.changedAt !== item.changedAt) changes.changed.push(item);
    }
    for (const [id, item] of this.#items) {
      if (next.has(id)) continue;
      this.#tables.remove("roster", id);
      changes.removed.push(item);
    }
    this.#items = next;
    this.#windows = windows.map(({ monitorId, startsAt, endsAt, repeat }) => ({
      monitorId,
      startsAt,
      endsAt,
      repeat,
    }));
    return changes;
  }

  isExcused(monitorId: number, at: number): boolean {
    const own = this.#windows.filter(
      (window) => window.monitorId === null || window.monitorId === monitorId,
    );
    return isInMaintenance(own, at);
  }

  /** Monitors that are probed and active, by their rhythm. */
  byRhythm(): { rhythm: Rhythm; items: Item[] }[] {
    const groups = new Map<string, { rhythm: Rhythm; items: Item[] }>();
    for (const item of this.#items.values()) {
      if (!item.active || item.kind !== "http") continue;
      const { interval, phase } = item;
      const key = `${interval}:${phase}`;
      const group = groups.get(key) ?? { rhythm: { interval, phase }, items: [] };
      group.items.push(item);
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  pushItems(): Item[] {
    return [...this.#items.values()].filter(({ active, kind }) => active && kind === "push");
  }
}

export function machineRulesOf(item: Item, regions: number): MachineRules {
  return rulesFor(item.kind, item.sensitivity, regions);
}

/** A monitor owes nothing for the minute in which it was made or changed, and before. */
export function owesSince(item: Item): number {
  return Math.floor(item.changedAt / MINUTE_MS) + 1;
}

function itemOf(row: MonitorRow): Item {
  const { accountId: _a, shard: _s, name: _n, publicHash: _p, headerNames: _h, ...item } = row;
  return item;
}
