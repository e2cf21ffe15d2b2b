import type { PageNode } from "../domain/page.ts";
import { describe, nounOf } from "./describe.ts";
import { eligible, plainPenalty, type Purpose, rolePenalty } from "./fit.ts";
import { type Facts, type Named, nearest } from "./names.ts";
import type { Naming, Target } from "./order.ts";
import { scope } from "./places.ts";
import { type Entry, flatten } from "./tree.ts";

/** An element that may be meant. */
export interface Candidate {
  node: PageNode;
  /** In words a person recognizes; never what a field holds. */
  element: string;
  /** The name by which it was found, which may come from its HTML or the text beside it. */
  label: string;
  /** 0 to about 110: see {@link GOOD}. */
  score: number;
  /** What the score is made of, for a person to read. */
  why: string[];
  /** Place in document order. */
  index: number;
}

/** Below this, nothing was found. */
export const GOOD = 52;
/** From here on the HTML is not asked for more names. */
export const SURE = 88;
/** Candidates closer than this are as good as each other. */
export const MARGIN = 2.5;

/** Scores every element that `target` may mean, best first. Pure. */
export function rank(
  root: PageNode,
  target: Target,
  purpose: Purpose,
  facts: Facts = new Map(),
): Candidate[] {
  const entries = flatten(root);
  const modal = entries.find(({ node }) => node.states.modal);
  let best: Candidate[] = [];
  for (const naming of target.namings) {
    const known = new Map<Entry, Named>();
    const name = (entry: Entry): Named => {
      const named = known.get(entry) ?? nearest(entry, naming, entries, facts, purpose);
      known.set(entry, named);
      return named;
    };
    const pool = entries.filter(
      (entry) => eligible(entry, purpose, naming) && name(entry).score > 0,
    );
    const found = scope(entries, pool, naming.places, name);
    if (!found) continue;
    let candidates = found
      .map((entry) => weigh(entry, name(entry), naming, purpose, modal))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score || a.index - b.index);
    if (naming.ordinal !== null) candidates = nth(candidates, naming.ordinal);
    if (isBetter(strength(candidates), strength(best), naming)) best = candidates;
  }
  return best;
}

/**
 * The first, most literal, reading stands unless a later one is better by more than a hair; a
 * loose likeness of all the words gives way to a reading that takes some of them for a place.
 */
function isBetter(score: number, best: number, { places }: Naming): boolean {
  if (places.length > 0 && best < 85 && score >= GOOD && score >= best - 8) return true;
  return score > best + 1;
}

function strength(candidates: readonly Candidate[]): number {
  return candidates[0]?.score ?? 0;
}

function weigh(
  entry: Entry,
  named: Named,
  naming: Naming,
  purpose: Purpose,
  modal: Entry | undefined,
): Candidate {
  const { node } = entry;
  const why = [`${named.why}: “${named.label}”`];
  let score = named.score * 100;
  const lose = (points: number, reason: string): void => {
    if (points === 0 || score === 0) return;
    score -= points;
    why.push(`${reason} (-${points})`);
  };
  const plain = plainPenalty(node, purpose);
  // The noun of the kind may be part of a name: `Add product`.
  const kind = naming.kind && !named.literal ? rolePenalty(node, naming.kind) : null;
  const role = kind === null ? plain : Math.max(kind, purpose === "type" ? plain : 0);
  lose(role, `it is a ${nounOf(node)}`);
  if (node.states.disabled) lose(6, "disabled");
  if (purpose === "type" && node.states.readonly) lose(6, "read-only");
  if (modal && (entry.index < modal.index || entry.index > modal.end)) {
    lose(12, "outside the open dialog");
  }
  return {
    node,
    element: describe(node, named.label),
    label: named.label,
    score: Math.max(0, Math.round(score * 10) / 10),
    why,
    index: entry.index,
  };
}

/** The n-th of the candidates that are about as good as the best, in document order. */
function nth(candidates: Candidate[], ordinal: number): Candidate[] {
  const best = candidates[0]?.score ?? 0;
  if (best < GOOD) return candidates;
  const level = candidates
    .filter(({ score }) => score >= Math.max(GOOD, best - 12))
    .toSorted((a, b) => a.index - b.index);
  const picked = ordinal < 0 ? level.at(ordinal) : level[ordinal - 1];
  return picked
    ? [{ ...picked, why: [...picked.why, `number ${ordinal} of ${level.length}`] }]
    : [];
}
