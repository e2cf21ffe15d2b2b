import { Fault } from "../../domain/errors.ts";
import type { ShardCatalogue, ShardCopy } from "../../domain/monitor/shard-catalogue.ts";
import type { ShardState, ShardTables } from "./tables.ts";

export interface HeadOptions {
  tables: ShardTables;
  catalogue: Pick<ShardCatalogue, "load">;
  /** Takes over what the catalogue says, and gives the state that follows. */
  adopt: (shard: number, copy: ShardCopy, before: ShardState | null) => ShardState;
}

/** What a shard knows of itself, and as of which of the catalogue's versions. */
export class Head {
  readonly #options: HeadOptions;
  #state: ShardState | null;
  #loading: Promise<void> | null = null;

  constructor(options: HeadOptions) {
    this.#options = options;
    const state = options.tables.loadState();
    // The minutes' rows know it better: the state is written seldom.
    const newest = options.tables.newest();
    this.#state = state && {
      ...state,
      spent: Math.max(state.spent, newest.spent),
      sealed: Math.max(state.sealed, newest.sealed),
    };
  }

  /** Null until it was loaded once. */
  get state(): ShardState | null {
    return this.#state;
  }

  /** @throws Fault NOT_FOUND before it was loaded. */
  get known(): ShardState {
    if (!this.#state) throw new Fault("NOT_FOUND", "Monitor not found");
    return this.#state;
  }

  /** Changes what the next row that is written brings along. */
  change(changes: Partial<ShardState>): void {
    this.#state = { ...this.known, ...changes };
  }

  save(changes: Partial<ShardState>): void {
    this.change(changes);
    this.#options.tables.saveState(this.known);
  }

  /** Sees to it that the catalogue is known, as of `version` or later. @throws Fault NOT_FOUND. */
  async sync(shard: number, version = 0): Promise<ShardState> {
    const isBehind = () => !this.#state || this.#state.version < version;
    if (isBehind()) await this.reload(shard);
    // That may have been a load under way from before the change.
    if (isBehind()) await this.reload(shard);
    return this.known;
  }

  async reload(shard: number): Promise<void> {
    this.#loading ??= this.#load(shard).finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  async #load(shard: number): Promise<void> {
    const copy = await this.#options.catalogue.load(shard);
    if (!copy) throw new Fault("NOT_FOUND", "Monitor not found");
    if (this.#state && this.#state.version > copy.version) return;
    this.#state = this.#options.adopt(shard, copy, this.#state);
    this.#options.tables.saveState(this.#state);
  }
}
