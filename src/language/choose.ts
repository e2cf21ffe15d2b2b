import { Fault } from "../domain/errors.ts";
import type { ActionReport, Page, PageNode } from "../domain/page.ts";
import { nameOf } from "./describe.ts";
import { decide, factsOf, tellsSecret } from "./find.ts";
import type { Target } from "./order.ts";
import { type Candidate, GOOD, rank } from "./resolver.ts";
import { closest, flatten, isEditable, optionsOf } from "./tree.ts";

/** How often, and how long apart, a list is looked for that opens on a click. In milliseconds. */
const OPENING = [0, 60, 150, 300, 500, 900];
const MOST_OPTIONS = 10;

type Chosen = Pick<Candidate, "node" | "element">;

/** Picks an option of a list: a native one, a group of radio buttons, or one that opens. */
export async function choose(
  page: Page,
  option: Target,
  from: Chosen,
  secrets: readonly string[] = [],
): Promise<ActionReport> {
  const report: ActionReport = { action: "select", element: from.element };
  if (optionsOf(from.node).length > 0) {
    const picked = pick(from, option, secrets);
    if (await isNative(page, from.node)) await page.choose(from.node.ref, [picked.node.ref]);
    else await page.click(picked.node.ref);
    return report;
  }
  const inside = rank(from.node, option, "option").filter(({ node }) => node !== from.node);
  if ((inside[0]?.score ?? 0) >= GOOD) {
    await page.click(pick(from, option, secrets).node.ref);
    return report;
  }
  await page.click(pick(await open(page, option, from), option, secrets).node.ref);
  return report;
}

/** Picks an option that was named without its list. */
export async function chooseAlone(
  page: Page,
  root: PageNode,
  picked: Candidate,
): Promise<ActionReport> {
  const entry = flatten(root).find(({ node }) => node === picked.node);
  const list =
    entry && closest(entry, ({ node }) => node.role === "combobox" || node.role === "listbox");
  if (list && (await isNative(page, list.node))) {
    await page.choose(list.node.ref, [picked.node.ref]);
  } else if (picked.node.states.checked !== true) {
    await page.click(picked.node.ref);
  }
  return { action: "select", element: picked.element };
}

async function isNative(page: Page, node: PageNode): Promise<boolean> {
  return (await factsOf(page, [node.ref])).get(node.ref)?.tag === "select";
}

/** Opens a list by a click and, where it can be searched, by its text. Gives what then holds it. */
async function open(page: Page, option: Target, from: Chosen): Promise<Chosen> {
  if (from.node.states.expanded !== true) await page.click(from.node.ref);
  let written = false;
  for (const wait of OPENING) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const root = await page.tree();
    const candidates = rank(root, option, "option");
    if ((candidates[0]?.score ?? 0) >= GOOD) return { node: root, element: from.element };
    const text = option.namings[0]?.full;
    if (wait >= 60 && !written && isEditable(from.node) && text !== undefined) {
      await page.fill(from.node.ref, text);
      written = true;
    }
  }
  return { node: await page.tree(), element: from.element };
}

function pick(from: Chosen, option: Target, secrets: readonly string[]): Candidate {
  const candidates = rank(from.node, option, "option").filter(({ node }) => node !== from.node);
  if ((candidates[0]?.score ?? 0) >= GOOD) {
    return decide({ root: from.node, target: option, purpose: "option", candidates }, secrets);
  }
  const names = flatten(from.node)
    .filter(({ node }) => /^(?:option|radio|menuitemradio|menuitem|treeitem)$/.test(node.role))
    .map(({ node }) => nameOf(node))
    .filter((name) => name !== "" && !tellsSecret(name, secrets));
  const looked = option.said === null ? "that option" : `the option “${option.said}”`;
  const offers = names.length > 0 ? ` It offers: ${names.slice(0, MOST_OPTIONS).join(", ")}.` : "";
  throw new Fault(
    "BAD_REQUEST",
    `Looked for ${looked} in the ${from.element}, found none.${offers}`,
  );
}
