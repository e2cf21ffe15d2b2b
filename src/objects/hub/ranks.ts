/** A member of an ascending list, and how many members come before it. */
export interface Anchor {
  key: number;
  rank: number;
}

/**
 * Remembers where in a long list some of its members stand, so that a page in its depth is
 * found without walking to it. Pure; it is told of every change to the list.
 */
export class Ranks {
  total: number;
  /** Ascending. */
  readonly #anchors: Anchor[] = [];

  constructor(total: number) {
    this.total = total;
  }

  /** The last known member that stands at `rank` or before. */
  atOrBefore(rank: number): Anchor | null {
    const after = this.#firstIndex((anchor) => anchor.rank > rank);
    return this.#anchors[after - 1] ?? null;
  }

  learn(anchor: Anchor): void {
    const index = this.#firstIndex(({ key }) => key >= anchor.key);
    if (this.#anchors[index]?.key !== anchor.key) this.#anchors.splice(index, 0, anchor);
  }

  added(key: number): void {
    this.total += 1;
    this.#shift(key, 1);
  }

  removed(key: number): void {
    this.total -= 1;
    const index = this.#firstIndex((anchor) => anchor.key >= key);
    if (this.#anchors[index]?.key === key) this.#anchors.splice(index, 1);
    this.#shift(key, -1);
  }

  /** New members come at the end, so this ends after a step or two. */
  #shift(key: number, by: 1 | -1): void {
    for (let index = this.#anchors.length - 1; index >= 0; index -= 1) {
      const anchor = this.#anchors[index];
      if (!anchor || anchor.key < key) return;
      anchor.rank += by;
    }
  }

  #firstIndex(matches: (anchor: Anchor) => boolean): number {
    let low = 0;
    let high = this.#anchors.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const anchor = this.#anchors[middle];
      if (anchor && matches(anchor)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
