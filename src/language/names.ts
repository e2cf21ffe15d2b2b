import { nameOf, namesInFacts } from "./describe.ts";
import { type Purpose, rolePenalty } from "./fit.ts";
import type { Naming } from "./order.ts";
import type { ElementFacts, NodeRef } from "../domain/page.ts";
import { closest, type Entry, isEditable } from "./tree.ts";
import { INTERACTIVE_ROLES } from "./vocabulary/groups.ts";
import { type Likeness, likeness } from "./words.ts";

export type Facts = ReadonlyMap<NodeRef, ElementFacts>;

/** How well an element is called what the order calls it. */
export interface Named extends Likeness {
  /** The name that fits. */
  label: string;
  /** The noun of the kind is part of that name. */
  literal: boolean;
}

/** The best of an element's names for the words of the order. */
export function nearest(
  entry: Entry,
  naming: Naming,
  entries: readonly Entry[],
  facts: Facts,
  purpose: Purpose,
): Named {
  const { node } = entry;
  const name = nameOf(node);
  if (naming.words === "") return ofKind(entry, naming, name);
  const names: [string, number][] = [[name, 1]];
  if (node.role === "searchbox") names.push(["search", 0.94]);
  if (node.description) names.push([node.description, 0.92]);
  const seen = facts.get(node.ref);
  const told = seen ? namesInFacts(seen) : [];
  for (const inFacts of told) names.push([inFacts, 0.9]);
  if (name === "" || isEditable(node)) {
    const beside = textBeside(entry, entries);
    if (beside) names.push([beside, name === "" ? 0.98 : 0.93]);
  }
  let best: Named = { score: 0, why: "", label: name || (told[0] ?? ""), literal: false };
  for (const [label, weight] of names) {
    if (label === "") continue;
    for (const words of new Set([naming.words, naming.full])) {
      const alike = likeness(words, label);
      // A field holds no danger when its name is only a part of what was said.
      const part = purpose === "type" && alike.why.startsWith("the name is part") ? 0.05 : 0;
      const score = (alike.score + part) * weight;
      if (score <= best.score) continue;
      const literal = words !== naming.words && alike.score >= 0.9;
      best = { score, why: alike.why, label: name || label, literal };
    }
  }
  return best;
}

/** A noun alone ("the button") fits everything of its kind, best what is called by that noun. */
function ofKind(entry: Entry, naming: Naming, name: string): Named {
  const { node } = entry;
  const literal = likeness(naming.full, name);
  if (literal.score >= 0.9) return { ...literal, label: name, literal: true };
  const fits =
    naming.kind === "result"
      ? isResult(entry)
      : naming.kind !== null && rolePenalty(node, naming.kind) < 20;
  if (!fits) return { ...literal, label: name, literal: false };
  return { score: 0.8 + literal.score / 10, why: "the kind alone", label: name, literal: false };
}

/** One of the things that a page lists: a link in a heading, list item or row of its content. */
function isResult(entry: Entry): boolean {
  const outside = /^(?:navigation|banner|contentinfo|complementary|search)$/;
  return (
    entry.node.role === "link" &&
    !closest(entry, ({ node: { role } }) => outside.test(role)) &&
    closest(entry, ({ node: { role } }) => /^(?:heading|listitem|article|row)$/.test(role)) !== null
  );
}

/** Text that stands right before a field without a label of its own (after it, for a check box). */
function textBeside(entry: Entry, entries: readonly Entry[]): string | null {
  const { node, index, end } = entry;
  const after = /^(?:checkbox|radio|switch)$/.test(node.role);
  const step = after ? 1 : -1;
  for (let at = (after ? end : index) + step; at >= 0 && at < entries.length; at += step) {
    const beside = entries[at]?.node;
    if (!beside || INTERACTIVE_ROLES.has(beside.role) || beside.role === "heading") return null;
    if (beside.role !== "StaticText" || beside.name.trim() === "") continue;
    const ofControl = closest(entries[at] ?? entry, ({ node: { role } }) =>
      INTERACTIVE_ROLES.has(role),
    );
    return ofControl ? null : beside.name.trim();
  }
  return null;
}
