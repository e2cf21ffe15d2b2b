import { nameOf } from "./describe.ts";
import type { Place } from "./order.ts";
import { closest, common, contains, type Entry } from "./tree.ts";
import { GROUP_ROLES, LANDMARKS } from "./vocabulary/groups.ts";
import { fold, likeness, type Likeness } from "./words.ts";

/** From here on a name is taken for the one that a place is told by. */
const SAME = 0.58;
const PART =
  /\s+(?:section|area|part|panel|box|block|card|row|group|form|list|table|dialog|modal|popup|menu|column|page|region|fieldset|item|entry|line|heading|label|field)$/i;

/**
 * The entries of `pool` that stand at all of `places`; null when a place is not on the page.
 * `fits` tells how well an entry is named, since "near" means near to one that fits; without it, all that stand there are given.
 */
export function scope(
  entries: readonly Entry[],
  pool: readonly Entry[],
  places: readonly Place[],
  fits?: (entry: Entry) => Likeness,
): Entry[] | null {
  let left = [...pool];
  for (const place of places.toReversed()) {
    const named = fits ? left.filter((entry) => fits(entry).score > 0.5) : left;
    const next = at(entries, named, place, fits);
    if (next === null || next.length === 0) return null;
    left = next;
  }
  return left;
}

function at(
  entries: readonly Entry[],
  pool: readonly Entry[],
  place: Place,
  fits?: (entry: Entry) => Likeness,
): Entry[] | null {
  const words = place.words.replace(/^(?:the|a|an|this|that)\s+/i, "");
  if (place.relation === "in") {
    const parts = partsOf(entries, words);
    for (const part of parts) {
      const inside = pool.filter((entry) => entry !== part && contains(part, entry));
      if (inside.length > 0) return inside;
    }
    // The part is there, and nothing of the kind is in it: what stands nearby is not meant.
    if (parts.some(({ node }) => node.name === "" || alike(words, node.name) >= 0.9)) return null;
  }
  const anchors = anchorsOf(entries, words);
  if (anchors.length === 0) return null;
  if (place.relation === "below" || place.relation === "above") {
    const there = beyond(anchors, pool, place.relation);
    return fits ? bestFit(there, fits).slice(0, 1) : there;
  }
  if (place.relation === "in") {
    const section = sections(entries, anchors, pool);
    if (section.length > 0) return section;
  }
  const near = around(anchors, pool);
  return fits ? nearestOf(bestFit(near, fits), anchors) : near;
}

/** Parts of the page by their role (`header`) or their name (`Billing section`). */
function partsOf(entries: readonly Entry[], words: string): Entry[] {
  const folded = fold(words);
  const roles = LANDMARKS[folded] ?? LANDMARKS[fold(words.replace(PART, ""))];
  const named = entries
    .filter(({ node }) => GROUP_ROLES.has(node.role) && node.name !== "")
    .map((entry) => ({ entry, score: alike(words, entry.node.name) }))
    .filter(({ score }) => score >= SAME)
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
  const typed = roles ? entries.filter(({ node }) => roles.includes(node.role)) : [];
  return roles && !PART.test(words) ? [...typed, ...named] : [...named, ...typed];
}

function alike(words: string, name: string): number {
  return Math.max(likeness(words, name).score, likeness(words.replace(PART, ""), name).score);
}

/** What is named or written like `words`, the best only. */
function anchorsOf(entries: readonly Entry[], words: string): Entry[] {
  const scored = entries
    .filter(({ node }) => node.role !== "RootWebArea")
    .map((entry) => ({ entry, score: alike(words, nameOf(entry.node)) }))
    .filter(({ score }) => score >= SAME);
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return scored.filter(({ score }) => score >= best - 0.02).map(({ entry }) => entry);
}

/** What stands under headings: up to the next heading of that rank, within the same parent. */
function sections(
  entries: readonly Entry[],
  anchors: readonly Entry[],
  pool: readonly Entry[],
): Entry[] {
  for (const anchor of anchors) {
    const heading = closest(anchor, ({ node }) => node.role === "heading");
    if (!heading) continue;
    const level = heading.node.states.level ?? 2;
    const next = entries.find(
      ({ node, index }) =>
        index > heading.end && node.role === "heading" && (node.states.level ?? 2) <= level,
    );
    const inside = pool.filter(
      ({ index }) => index > heading.end && index < (next?.index ?? Number.POSITIVE_INFINITY),
    );
    if (inside.length > 0) return inside;
  }
  return [];
}

/** Those that share the smallest part of the page with an anchor. */
function around(anchors: readonly Entry[], pool: readonly Entry[]): Entry[] {
  let size = Number.POSITIVE_INFINITY;
  let near: Entry[] = [];
  for (const anchor of anchors) {
    for (const entry of pool) {
      if (entry === anchor) continue;
      const shared = common(anchor, entry);
      // All of the page is no neighbourhood: there the next one in reading order is meant.
      const far = shared.parent === null;
      const span = far ? 1e6 + Math.abs(entry.index - anchor.index) : shared.end - shared.index;
      if (span > size) continue;
      if (span < size) near = [];
      size = span;
      if (!near.includes(entry)) near.push(entry);
    }
  }
  return near;
}

function bestFit(pool: readonly Entry[], fits: (entry: Entry) => Likeness): Entry[] {
  const best = Math.max(0, ...pool.map((entry) => fits(entry).score));
  return pool.filter((entry) => fits(entry).score >= best - 0.02);
}

/** Of several in the same neighbourhood the nearest, rather after than before. */
function nearestOf(pool: readonly Entry[], anchors: readonly Entry[]): Entry[] {
  const distance = (entry: Entry): number =>
    Math.min(
      ...anchors.map((anchor) =>
        entry.index > anchor.index ? entry.index - anchor.end : (anchor.index - entry.end) * 1.5,
      ),
    );
  return pool.toSorted((a, b) => distance(a) - distance(b)).slice(0, 1);
}

/** What stands after (or before) an anchor, the nearest first. */
function beyond(
  anchors: readonly Entry[],
  pool: readonly Entry[],
  relation: "below" | "above",
): Entry[] {
  const anchor = relation === "below" ? anchors[0] : anchors.at(-1);
  if (!anchor) return [];
  return relation === "below"
    ? pool.filter(({ index }) => index > anchor.end)
    : pool.filter(({ end }) => end < anchor.index).toReversed();
}
