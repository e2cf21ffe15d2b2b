import { Fault } from "../domain/errors.ts";
import type { ElementFacts, NodeRef, Page, PageNode } from "../domain/page.ts";
import { describe, nameOf } from "./describe.ts";
import type { Naming, Target } from "./order.ts";
import { scope } from "./places.ts";
import type { Purpose } from "./fit.ts";
import { type Candidate, GOOD, MARGIN, rank, SURE } from "./resolver.ts";
import { closest, contains, type Entry, flatten, isEditable } from "./tree.ts";
import { INTERACTIVE_ROLES } from "./vocabulary/groups.ts";
import { SUBMIT_WORDS } from "./vocabulary/synonyms.ts";
import { canonical, fold } from "./words.ts";

/** The HTML is asked about at most this many elements. */
const MOST_FACTS = 40;
const MOST_NEAREST = 5;

/** What a search on the page came to, best first; `wanted` and `purpose` are kept for messages. */
export interface Search {
  root: PageNode;
  target: Target;
  purpose: Purpose;
  candidates: Candidate[];
}

/** Looks for a target on the page as it is now. Asks for HTML facts only when names do not do. */
export async function search(
  page: Page,
  root: PageNode,
  target: Target,
  purpose: Purpose,
): Promise<Search> {
  const candidates = rank(root, target, purpose);
  if ((candidates[0]?.score ?? 0) >= SURE) return { root, target, purpose, candidates };
  const refs = unclear(root, purpose);
  const facts = await factsOf(page, refs);
  const better = facts.size > 0 ? rank(root, target, purpose, facts) : candidates;
  if ((better[0]?.score ?? 0) < GOOD && purpose === "click") {
    const only = await onlySubmit(page, root, target);
    if (only) return { root, target, purpose, candidates: [only, ...better] };
  }
  return { root, target, purpose, candidates: better };
}

/** Elements whose names say too little: fields, and controls without a name. */
function unclear(root: PageNode, purpose: Purpose): NodeRef[] {
  return flatten(root)
    .filter(({ node }) => {
      if (purpose === "type") return isEditable(node);
      return INTERACTIVE_ROLES.has(node.role) && (nameOf(node) === "" || isEditable(node));
    })
    .slice(0, MOST_FACTS)
    .map(({ node }) => node.ref);
}

export async function factsOf(
  page: Page,
  refs: readonly NodeRef[],
): Promise<Map<NodeRef, ElementFacts>> {
  if (refs.length === 0) return new Map();
  const facts = await page.facts([...refs]);
  return new Map(
    refs.flatMap((ref, index) => {
      const fact = facts[index];
      return fact ? [[ref, fact] as const] : [];
    }),
  );
}

/** Whether the words say no more than "do what this form is for". */
function meansSubmit({ words }: Naming): boolean {
  const meaning = canonical(fold(words));
  return meaning.length === 1 && SUBMIT_WORDS.has(meaning[0] ?? "");
}

/** The only submit button of the page (or of the place that was told), whatever it is called. */
async function onlySubmit(page: Page, root: PageNode, target: Target): Promise<Candidate | null> {
  const namings = target.namings.filter(meansSubmit);
  if (namings.length === 0) return null;
  const entries = flatten(root);
  const { all, focused } = await submitButtons(page, root);
  const buttons = namings.some(({ places }) => places.length > 0) ? all : focused;
  const pool = entries.filter(({ node }) => buttons.some((button) => button.node === node));
  for (const { places } of namings) {
    const there = scope(entries, pool, places);
    const only = there?.length === 1 && buttons.find(({ node }) => node === there[0]?.node);
    if (only) return only;
  }
  return null;
}

/**
 * The buttons that submit forms, enabled or not: `all` of them (in the open dialog, if one is),
 * and those of the form with the `focused` field; all where none has the focus.
 */
export async function submitButtons(
  page: Page,
  root: PageNode,
): Promise<{ all: Candidate[]; focused: Candidate[] }> {
  const entries = flatten(root);
  const modal = entries.find(({ node }) => node.states.modal);
  const buttons = entries
    .filter((entry) => entry.node.role === "button" && (!modal || contains(modal, entry)))
    .slice(0, MOST_FACTS);
  const focused = entries.findLast(({ node }) => node.states.focused && isEditable(node));
  const refs = buttons.map(({ node }) => node.ref);
  const facts = await factsOf(page, focused ? [...refs, focused.node.ref] : refs);
  const submits = buttons.filter(({ node }) => {
    const seen = facts.get(node.ref);
    if (!seen?.form) return false;
    const type = seen.attributes["type"]?.toLowerCase();
    return seen.tag === "button"
      ? type === undefined || type === "submit"
      : type === "submit" || type === "image";
  });
  const form = focused && facts.get(focused.node.ref)?.form;
  const here = submits.filter(({ node }) => form && facts.get(node.ref)?.form === form);
  return {
    all: submits.map(submitCandidate),
    focused: (here.length > 0 ? here : submits).map(submitCandidate),
  };
}

function submitCandidate({ node, index }: Entry): Candidate {
  const label = nameOf(node);
  return {
    node,
    element: describe(node, label || "submit"),
    label,
    score: GOOD + 6,
    why: ["the form's only submit button"],
    index,
  };
}

/** The best candidate, if there is exactly one best. */
export function bestOf({ candidates }: Search): Candidate | null {
  const [best] = candidates;
  return best && best.score >= GOOD ? best : null;
}

/**
 * Decides between candidates as a careful person would: the best one; of several that are
 * equally good and called the same, the first on the page; of several that are called
 * differently, none.
 *
 * @throws Fault BAD_REQUEST when nothing fits, when it is ambiguous or when it is disabled.
 */
export function decide(found: Search, secrets: readonly string[] = []): Candidate {
  const { candidates, purpose } = found;
  const [best] = candidates;
  if (!best || best.score < GOOD) throw notFound(found, secrets);
  const equal = candidates.filter(
    ({ score, label }) => best.score - score < MARGIN && fold(label) !== fold(best.label),
  );
  const other = equal.find(({ node }) => !sameThing(found.root, best.node, node));
  if (other) {
    throw new Fault(
      "BAD_REQUEST",
      `${wanted(found)} could be ${list([best, other], secrets)}: say more of its name, or where it is.`,
    );
  }
  if (best.node.states.disabled && purpose !== "find" && purpose !== "hover") {
    throw new Fault("BAD_REQUEST", `The ${best.element} is disabled.`);
  }
  if (purpose === "type" && best.node.states.readonly) {
    throw new Fault("BAD_REQUEST", `The ${best.element} is read-only.`);
  }
  return best;
}

/** A control and the text or label inside it, or two links to one address. */
function sameThing(root: PageNode, one: PageNode, two: PageNode): boolean {
  if (one.url !== undefined && one.url === two.url) return true;
  const entries = flatten(root);
  const a = entries.find(({ node }) => node === one);
  const b = entries.find(({ node }) => node === two);
  if (!a || !b) return false;
  return closest(a, (entry) => entry === b) !== null || closest(b, (entry) => entry === a) !== null;
}

const NOUN_OF_PURPOSE: Readonly<Record<Purpose, string>> = {
  click: "something to click",
  type: "a field to type into",
  select: "a list to choose from",
  check: "a checkbox or switch",
  hover: "something to point at",
  option: "an option to choose",
  find: "something",
};

function wanted({ target, purpose }: Search): string {
  return target.said === null
    ? "The field to type into"
    : `“${target.said}” (${NOUN_OF_PURPOSE[purpose]})`;
}

function notFound(sought: Search, secrets: readonly string[]): Fault {
  const { target, purpose, root } = sought;
  const near = sought.candidates.filter(({ score }) => score >= 15).slice(0, MOST_NEAREST);
  const looked = `Looked for ${NOUN_OF_PURPOSE[purpose]}${target.said === null ? "" : ` called “${target.said}”`}`;
  if (near.length > 0) {
    return new Fault(
      "BAD_REQUEST",
      `${looked}, found nothing that fits. Nearest: ${list(near, secrets)}.`,
    );
  }
  const there = others(root, purpose, secrets);
  return new Fault(
    "BAD_REQUEST",
    there === ""
      ? `${looked}: the page has nothing of the kind.`
      : `${looked}, found nothing that fits. The page has: ${there}.`,
  );
}

function others(root: PageNode, purpose: Purpose, secrets: readonly string[]): string {
  const fits = (node: PageNode): boolean => {
    if (purpose === "type") return isEditable(node);
    if (purpose === "check") return /^(?:checkbox|switch|radio|menuitemcheckbox)$/.test(node.role);
    if (purpose === "option") return /^(?:option|radio|menuitemradio)$/.test(node.role);
    if (purpose === "select") return /^(?:combobox|listbox|radiogroup)$/.test(node.role);
    return INTERACTIVE_ROLES.has(node.role) && node.role !== "option" && !isEditable(node);
  };
  const found = flatten(root).filter(({ node }) => fits(node) && nameOf(node) !== "");
  const words = found
    .map(({ node }) => describe(node))
    .filter((element) => !tellsSecret(element, secrets));
  return [...new Set(words)].slice(0, MOST_NEAREST).join(", ");
}

function list(candidates: readonly Candidate[], secrets: readonly string[]): string {
  const words = candidates
    .filter(({ element }) => !tellsSecret(element, secrets))
    .map(({ element, node }) => `${element}${node.states.disabled ? " (disabled)" : ""}`);
  return [...new Set(words)].join(purposeJoint(words.length));
}

function purposeJoint(count: number): string {
  return count === 2 ? " or " : ", ";
}

/** A page may show what was just typed into it, in a suggestion for example. */
export function tellsSecret(words: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => secret.trim().length > 2 && words.includes(secret.trim()));
}
