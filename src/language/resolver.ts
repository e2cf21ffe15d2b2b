import type { ElementFacts, NodeRef, PageNode } from "../domain/page.ts";
import { describe, nameOf, namesInFacts, nounOf } from "./describe.ts";
import type { Naming, Target } from "./order.ts";
import { scope } from "./places.ts";
import { closest, type Entry, flatten, isEditable, optionsOf } from "./tree.ts";
import { INTERACTIVE_ROLES } from "./vocabulary/groups.ts";
import { type Kind, ROLES_OF_KIND } from "./vocabulary/roles.ts";
import { type Likeness, likeness } from "./words.ts";

/** What the thing is for; it decides which elements can be meant. */
export type Purpose = "click" | "type" | "select" | "check" | "option" | "hover" | "find";

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

export type Facts = ReadonlyMap<NodeRef, ElementFacts>;

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
    const pool = entries.filter((entry) => eligible(entry, purpose, naming));
    const found = scope(entries, pool, naming.places, (entry) =>
      nearest(entry, naming, entries, facts, purpose),
    );
    if (!found) continue;
    let candidates = found
      .map((entry) => weigh(entry, naming, purpose, entries, facts, modal))
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

/** Elements that could be meant, whatever their names. */
function eligible(entry: Entry, purpose: Purpose, naming: Naming): boolean {
  const { node } = entry;
  const { role, states } = node;
  switch (purpose) {
    case "type":
      return (
        (isEditable(node) && role !== "RootWebArea" && !isInsideField(entry)) ||
        (role === "combobox" && (states.editable === true || optionsOf(node).length > 0)) ||
        role === "listbox" ||
        role === "switch"
      );
    case "select":
      return /^(?:combobox|listbox|PopUpButton|radiogroup|group|menu|tree|button|textbox|searchbox|ToggleButton)$/.test(
        role,
      );
    case "check":
      return /^(?:checkbox|switch|radio|menuitemcheckbox|menuitemradio|ToggleButton|button|option|treeitem|LabelText)$/.test(
        role,
      );
    case "option":
      return /^(?:option|MenuListOption|radio|menuitem|menuitemradio|menuitemcheckbox|treeitem|checkbox|tab)$/.test(
        role,
      );
    default:
      break;
  }
  if (role === "RootWebArea" || role === "MenuListPopup" || isInsideField(entry)) return false;
  if (INTERACTIVE_ROLES.has(role) || states.focusable) return true;
  if (naming.kind && rolePenalty(node, naming.kind) < 20) return true;
  if (purpose === "find") return nameOf(node) !== "" && role !== "InlineTextBox";
  // Plain text may have a listener; what stands in a control is that control's name.
  const plain = /^(?:StaticText|LabelText|image|img|heading|cell|gridcell|row|listitem|Legend)$/;
  if (!plain.test(role) || closest(entry, isControl)) return false;
  // A row or list item with a control in it is not what is worked: the control is.
  return role === "StaticText" || !flatten(node).some((inner) => isControl(inner));
}

function isControl({ node }: Entry): boolean {
  return INTERACTIVE_ROLES.has(node.role);
}

/** Parts of a date field and the like: the field itself is meant. */
function isInsideField(entry: Entry): boolean {
  const outer = entry.parent;
  return (
    outer !== null &&
    closest(outer, ({ node }) =>
      /^(?:Date|DateTime|InputTime|spinbutton|textbox)$/.test(node.role),
    ) !== null
  );
}

/** Points off for a role that is not quite what the word for the kind says. */
function rolePenalty({ role, states }: PageNode, kind: Kind): number {
  if (kind === "any") return 0;
  if (kind === "field" && states.editable) return role === "combobox" ? 1 : 0;
  const tier = ROLES_OF_KIND[kind].findIndex((roles) => roles.includes(role));
  return tier < 0 ? 25 : ([0, 4, 10][tier] ?? 10);
}

/** Points off when no kind was said, for what people rarely mean with the verb. */
function plainPenalty({ role, states }: PageNode, purpose: Purpose): number {
  if (purpose === "type")
    return /^(?:combobox|listbox|slider|switch)$/.test(role) && !states.editable ? 4 : 0;
  if (purpose === "check") {
    if (/^(?:checkbox|switch|menuitemcheckbox)$/.test(role)) return 0;
    return /^(?:radio|menuitemradio|ToggleButton)$/.test(role) ? 3 : 20;
  }
  if (purpose === "option") return /^(?:checkbox|tab)$/.test(role) ? 6 : 0;
  if (purpose === "select") return /^(?:combobox|listbox|radiogroup)$/.test(role) ? 0 : 6;
  if (purpose === "find") return INTERACTIVE_ROLES.has(role) || role === "heading" ? 0 : 2;
  if (role === "button" || role === "ToggleButton") return 0;
  if (/^(?:link|menuitem|tab|option|DisclosureTriangle|PopUpButton|treeitem)/.test(role)) return 3;
  if (states.editable) return 12;
  if (INTERACTIVE_ROLES.has(role)) return 5;
  if (states.focusable) return 8;
  return role === "StaticText" || role === "LabelText" ? 16 : 14;
}

function weigh(
  entry: Entry,
  naming: Naming,
  purpose: Purpose,
  entries: readonly Entry[],
  facts: Facts,
  modal: Entry | undefined,
): Candidate {
  const { node } = entry;
  const named = nearest(entry, naming, entries, facts, purpose);
  const why = [`${named.why}: “${named.label}”`];
  let score = named.score * 100;
  const lose = (points: number, reason: string): void => {
    if (points === 0 || score === 0) return;
    score -= points;
    why.push(`${reason} (-${points})`);
  };
  const role = naming.kind
    ? Math.max(rolePenalty(node, naming.kind), purpose === "type" ? plainPenalty(node, purpose) : 0)
    : plainPenalty(node, purpose);
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

/** The best of an element's names for the words of the order. */
function nearest(
  entry: Entry,
  naming: Naming,
  entries: readonly Entry[],
  facts: Facts,
  purpose: Purpose,
): Likeness & { label: string } {
  const { node } = entry;
  const name = nameOf(node);
  // A noun alone ("the button") fits everything of its kind.
  if (naming.words === "") {
    const fits = naming.kind ? rolePenalty(node, naming.kind) < 20 : false;
    const literal = likeness(naming.full, name);
    if (literal.score >= 0.9) return { ...literal, label: name };
    return { score: fits ? 0.8 : 0, why: "the kind alone", label: name };
  }
  const names: [string, number][] = [[name, 1]];
  if (node.role === "searchbox") names.push(["search", 0.94]);
  if (node.description) names.push([node.description, 0.92]);
  const seen = facts.get(node.ref);
  if (seen) for (const told of namesInFacts(seen)) names.push([told, 0.9]);
  if (name === "" || isEditable(node)) {
    const beside = textBeside(entry, entries);
    if (beside) names.push([beside, name === "" ? 0.98 : 0.93]);
  }
  let best: Likeness & { label: string } = { score: 0, why: "", label: name };
  for (const [label, weight] of names) {
    if (label === "") continue;
    for (const words of new Set([naming.full, naming.words])) {
      const alike = likeness(words, label);
      // A field holds no danger when its name is only a part of what was said.
      const part = purpose === "type" && alike.why.startsWith("the name is part") ? 0.05 : 0;
      const score = (alike.score + part) * weight;
      if (score > best.score) best = { score, why: alike.why, label: name || label };
    }
  }
  if (best.label === "" && seen) best.label = namesInFacts(seen)[0] ?? "";
  return best;
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
