import type {
  Drawer,
  GapRow,
  MinuteRow,
  ShardState,
  ShardTables,
} from "../../src/objects/monitor/tables.ts";

const HOURS = 2 ** 20;

/** A shard's storage in memory, which counts the rows written as SQLite does. */
export class MemoryTables implements ShardTables {
  rowsWritten = 0;
  #state: string | null = null;
  readonly #drawers = new Map<Drawer, Map<number, string>>();
  readonly #minutes = new Map<number, MinuteRow>();
  readonly #hours = new Map<number, Map<number, { checks: number; bytes: Uint8Array }>>();
  readonly #totals = new Map<number, number>();
  #gaps: GapRow[] = [];
  #lastGapId = 0;

  loadState(): ShardState | null {
    return this.#state === null ? null : (JSON.parse(this.#state) as ShardState);
  }

  saveState(state: ShardState): void {
    this.rowsWritten += 1;
    this.#state = JSON.stringify(state);
  }

  load<T>(drawer: Drawer): Map<number, T> {
    const rows = [...this.#drawer(drawer)].toSorted(([a], [b]) => a - b);
    return new Map(rows.map(([id, value]) => [id, JSON.parse(value) as T]));
  }

  put(drawer: Drawer, id: number, value: unknown): void {
    this.rowsWritten += 1;
    this.#drawer(drawer).set(id, JSON.stringify(value));
  }

  remove(drawer: Drawer, id: number): void {
    if (this.#drawer(drawer).delete(id)) this.rowsWritten += 1;
  }

  newest(): { spent: number; sealed: number } {
    const rows = [...this.#minutes.values()];
    return {
      spent: Math.max(0, ...rows.map(({ spent }) => spent)),
      sealed: Math.max(0, ...rows.map(({ sealed }) => sealed)),
    };
  }

  minuteCounts(from: number, to: number): { minute: number; checks: number }[] {
    return [...this.#minutes.values()]
      .filter(({ minute }) => minute >= from && minute <= to)
      .map(({ minute, checks }) => ({ minute, checks }))
      .toSorted((a, b) => a.minute - b.minute);
  }

  oldestMinute(): number | null {
    // Minutes are added in order, nearly.
    let oldest: number | null = null;
    for (const minute of this.#minutes.keys()) {
      if (oldest === null || minute < oldest) oldest = minute;
    }
    return oldest;
  }

  minute(minute: number): Uint8Array | null {
    return this.#minutes.get(minute)?.bytes ?? null;
  }

  putMinute(row: MinuteRow): void {
    this.rowsWritten += 1;
    this.#minutes.set(row.minute, { ...row, bytes: row.bytes.slice() });
  }

  removeMinutes(from: number, to: number): void {
    for (const minute of this.#minutes.keys()) {
      if (minute < from || minute > to) continue;
      this.#minutes.delete(minute);
      this.rowsWritten += 1;
    }
  }

  hourCounts(monitorId: number, from: number, to: number): { hour: number; checks: number }[] {
    return [...this.#ofMonitor(monitorId)]
      .filter(([hour]) => hour >= from && hour <= to)
      .map(([hour, { checks }]) => ({ hour, checks }))
      .toSorted((a, b) => a.hour - b.hour);
  }

  *hoursOf(monitorId: number, from: number, to: number): Generator<Uint8Array> {
    const hours = this.hourCounts(monitorId, from, to).toReversed();
    for (const { hour } of hours) {
      const row = this.#ofMonitor(monitorId).get(hour);
      if (row) yield row.bytes;
    }
  }

  hourOf(monitorIds: number[], hour: number): Uint8Array[] {
    return monitorIds.flatMap((id) => this.#ofMonitor(id).get(hour)?.bytes ?? []);
  }

  putHour(monitorId: number, hour: number, checks: number, bytes: Uint8Array): void {
    if (hour >= HOURS) throw new RangeError("No such hour");
    this.rowsWritten += 1;
    this.#ofMonitor(monitorId).set(hour, { checks, bytes: bytes.slice() });
  }

  removeHours(monitorId: number, to: number, options: { fromTotals: boolean }): void {
    for (const [hour, { checks }] of this.#ofMonitor(monitorId)) {
      if (hour > to) continue;
      this.#ofMonitor(monitorId).delete(hour);
      this.rowsWritten += 1;
      const total = this.#totals.get(hour);
      if (!options.fromTotals || total === undefined) continue;
      this.#totals.set(hour, total - checks);
      this.rowsWritten += 1;
    }
  }

  totals(from: number, to: number): { hour: number; checks: number }[] {
    return [...this.#totals]
      .filter(([hour, checks]) => hour >= from && hour <= to && checks > 0)
      .map(([hour, checks]) => ({ hour, checks }))
      .toSorted((a, b) => a.hour - b.hour);
  }

  putTotal(hour: number, checks: number): void {
    this.rowsWritten += 1;
    this.#totals.set(hour, checks);
  }

  gaps(from: number, to: number): GapRow[] {
    return this.#gaps
      .filter((gap) => gap.to >= from && gap.from <= to)
      .toSorted((a, b) => a.from - b.from || a.id - b.id);
  }

  lastGap(): GapRow | null {
    return this.#gaps.at(-1) ?? null;
  }

  addGap(gap: Omit<GapRow, "id">): void {
    this.rowsWritten += 1;
    this.#lastGapId += 1;
    this.#gaps.push({ id: this.#lastGapId, ...gap });
  }

  extendGap(id: number, to: number): void {
    this.rowsWritten += 1;
    this.#gaps = this.#gaps.map((gap) => (gap.id === id ? { ...gap, to } : gap));
  }

  removeBefore(hour: number): void {
    const old = this.#gaps.filter(({ to }) => to < hour * 60);
    const totals = [...this.#totals.keys()].filter((at) => at < hour);
    for (const at of totals) this.#totals.delete(at);
    this.#gaps = this.#gaps.filter(({ to }) => to >= hour * 60);
    this.rowsWritten += old.length + totals.length;
  }

  #drawer(drawer: Drawer): Map<number, string> {
    const rows = this.#drawers.get(drawer) ?? new Map<number, string>();
    this.#drawers.set(drawer, rows);
    return rows;
  }

  #ofMonitor(id: number): Map<number, { checks: number; bytes: Uint8Array }> {
    const rows = this.#hours.get(id) ?? new Map<number, { checks: number; bytes: Uint8Array }>();
    this.#hours.set(id, rows);
    return rows;
  }
}
