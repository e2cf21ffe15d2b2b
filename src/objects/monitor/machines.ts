import type { MonitorKind, Sensitivity } from "../../domain/monitor/shard-catalogue.ts";
import {
  initialState,
  type MachineEvent,
  type MachineState,
  regionsToAsk,
  rulesFor,
  step,
  type Transition,
} from "../../domain/monitor/machine.ts";
import type { ShardTables } from "./tables.ts";

/** A check that a region was asked for and has not answered yet. */
export interface Ask {
  id: number;
  region: string;
  /** From then on it is taken as lost, and somebody is asked again. Milliseconds. */
  until: number;
}

interface Kept {
  state: MachineState;
  asks: Ask[];
}

/** What a machine needs to know of its monitor. */
export interface Judged {
  id: number;
  kind: MonitorKind;
  sensitivity: Sensitivity;
}

/** A probe's longest time, and that of the way there and back. */
const ASK_MS = 60_000;
/** Answers that never come are forgotten. */
const MAX_MOOT = 5000;

/**
 * The monitors' up/down machines. One of a monitor that is simply up is not written: its checks
 * say as much.
 */
export class Machines {
  readonly #tables: ShardTables;
  readonly #regions: readonly string[];
  readonly #kept: Map<number, Kept>;
  /** Monitors that have a row. */
  readonly #written: Set<number>;
  /** Checks that were asked for and decide nothing any more. */
  readonly #moot = new Set<number>();

  constructor(tables: ShardTables, regions: readonly string[]) {
    this.#tables = tables;
    this.#regions = regions;
    this.#kept = tables.load<Kept>("machines");
    this.#written = new Set(this.#kept.keys());
  }

  state(id: number): MachineState {
    return this.#kept.get(id)?.state ?? initialState();
  }

  /** Something is under way or wrong, so that its next check is waited for. */
  isTense(id: number): boolean {
    const { phase, run } = this.state(id);
    return phase === "down" || run.length > 0;
  }

  /** Monitors that something is being found out about. */
  get undecided(): number[] {
    return [...this.#kept].filter(([, { state }]) => state.run.length > 0).map(([id]) => id);
  }

  /** Undecided monitors that nobody is asked about just now. */
  stalled(now: number): number[] {
    const isAsked = (id: number) => this.#kept.get(id)?.asks.some(({ until }) => until > now);
    return this.undecided.filter((id) => !isAsked(id));
  }

  /** When the earliest of the asks is taken as lost; null when none is out. */
  get nextLost(): number | null {
    const times = [...this.#kept.values()].flatMap(({ asks }) => asks.map(({ until }) => until));
    return times.length > 0 ? Math.min(...times) : null;
  }

  advance(monitor: Judged, event: MachineEvent): Transition | null {
    const { id, kind, sensitivity } = monitor;
    const answered = event.type === "check" ? event.check.id : -1;
    if (this.#moot.delete(answered)) return null;
    const before = this.#kept.get(id);
    const rules = rulesFor(kind, sensitivity, this.#regions.length);
    const { state, transition } = step(this.state(id), event, rules);
    const asks = (before?.asks ?? []).filter((ask) => ask.id !== answered);
    const isDecided = state.run.length === 0;
    if (isDecided) this.#settle(asks);
    this.#keep(id, { state, asks: isDecided ? [] : asks });
    return transition;
  }

  /** What was suspected, or hoped, of its target before `at` counts no more. */
  forgetBefore(id: number, at: number): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    const settled = { at: Math.max(at, kept.state.settled.at), id: 0 };
    this.#keep(id, { state: { ...kept.state, settled, run: [] }, asks: [] });
  }

  remove(id: number): void {
    this.#kept.delete(id);
    if (this.#written.delete(id)) this.#tables.remove("machines", id);
  }

  /** The regions that are to be asked now about a monitor. */
  toAsk(monitor: Judged, now: number, aside: ReadonlySet<string>): string[] {
    const kept = this.#kept.get(monitor.id);
    if (!kept) return [];
    const rules = rulesFor(monitor.kind, monitor.sensitivity, this.#regions.length);
    const asked = kept.asks.filter(({ until }) => until > now).map(({ region }) => region);
    return regionsToAsk(kept.state, rules, asked, this.#regions, aside);
  }

  asked(id: number, asks: { id: number; region: string }[], now: number): void {
    const kept = this.#kept.get(id);
    if (!kept || asks.length === 0) return;
    const out = kept.asks.filter(({ until }) => until > now);
    const until = now + ASK_MS;
    this.#keep(id, { ...kept, asks: [...out, ...asks.map((ask) => ({ ...ask, until }))] });
  }

  isAsked(id: number, checkId: number): boolean {
    return this.regionAsked(id, checkId) !== undefined;
  }

  /** The region that was asked for a check, unless it was none that somebody waits for. */
  regionAsked(id: number, checkId: number): string | undefined {
    return this.#kept.get(id)?.asks.find((ask) => ask.id === checkId)?.region;
  }

  /** Whether its next check passes if nothing is new; null when any outcome is news. */
  expected(id: number): boolean | null {
    const { phase, run } = this.state(id);
    return run.length > 0 ? null : phase === "up";
  }

  /** Takes as lost what was asked for and did not come. */
  dropLost(now: number): void {
    for (const [id, kept] of this.#kept) {
      const asks = kept.asks.filter(({ until }) => until > now);
      if (asks.length < kept.asks.length) this.#keep(id, { ...kept, asks });
    }
  }

  /** A check that will not be made after all. */
  unask(id: number, checkId: number): void {
    const kept = this.#kept.get(id);
    if (kept) this.#keep(id, { ...kept, asks: kept.asks.filter((ask) => ask.id !== checkId) });
  }

  /** Of what is decided nobody needs to hear more: a late answer must not raise it anew. */
  #settle(asks: readonly Ask[]): void {
    if (this.#moot.size > MAX_MOOT) this.#moot.clear();
    for (const { id } of asks) this.#moot.add(id);
  }

  /** Written when more than the time changes up to which its checks are settled. */
  #keep(id: number, next: Kept): void {
    const before = this.#kept.get(id);
    this.#kept.set(id, next);
    const { phase, run } = next.state;
    if (phase === "up" && run.length === 0) {
      if (this.#written.delete(id)) this.#tables.remove("machines", id);
    } else if (!before || essence(before) !== essence(next)) {
      this.#tables.put("machines", id, next);
      this.#written.add(id);
    }
  }
}

function essence({ state: { phase, run, opened }, asks }: Kept): string {
  return JSON.stringify([phase, run, opened, asks]);
}
