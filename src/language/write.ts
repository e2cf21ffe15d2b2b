import { Fault } from "../domain/errors.ts";
import type { ActionReport, Page, PageNode } from "../domain/page.ts";
import { choose } from "./choose.ts";
import { describe } from "./describe.ts";
import type { Order } from "./order.ts";
import type { Candidate } from "./resolver.ts";
import { parseTarget } from "./target.ts";
import { flatten, isEditable, optionsOf } from "./tree.ts";

type Writing = Extract<Order, { do: "type" | "clear" }>;

/** Writes into a field, or sets a list or switch that was named like one. */
export async function write(
  page: Page,
  order: Writing,
  chosen: Candidate | null,
): Promise<ActionReport> {
  const node = chosen?.node ?? impliedField(await page.tree());
  const element = chosen?.element ?? describe(node);
  const text = order.do === "type" ? order.text : "";
  if (node.role === "switch") return flip(page, node, element, text);
  if (!isEditable(node) && order.do === "type") {
    const option = parseTarget(text, [], false);
    if (option && (node.role === "listbox" || optionsOf(node).length > 0)) {
      return choose(page, option, { node, element }, [text]);
    }
  }
  await page.fill(node.ref, text);
  if (order.do === "type" && order.enter) await page.press("Enter", node.ref);
  return { action: "type", element };
}

async function flip(
  page: Page,
  node: PageNode,
  element: string,
  text: string,
): Promise<ActionReport> {
  const on = /^(?:on|true|yes|enabled|checked|1)$/i.test(text.trim());
  if (!on && !/^(?:off|false|no|disabled|unchecked|0)$/i.test(text.trim())) {
    throw new Fault("BAD_REQUEST", `The ${element} can be set to on or off only.`);
  }
  if ((node.states.checked === true) !== on) await page.click(node.ref);
  return { action: on ? "check" : "uncheck", element };
}

/** The field that has the focus, or the only one there is. */
function impliedField(root: PageNode): PageNode {
  const field = focusedField(root) ?? onlyField(root);
  if (field) return field;
  throw new Fault(
    "BAD_REQUEST",
    "Looked for the field to type into: none has the focus. Name it, as in: Enter 'text' in the email field.",
  );
}

export function focusedField(root: PageNode): PageNode | null {
  const entry = flatten(root).findLast(({ node }) => node.states.focused && isEditable(node));
  return entry?.node ?? null;
}

export function onlyField(root: PageNode): PageNode | null {
  const fields = flatten(root).filter(
    ({ node, parent }) =>
      isEditable(node) &&
      node.role !== "RootWebArea" &&
      !node.states.disabled &&
      !node.states.readonly &&
      !(parent && isEditable(parent.node)),
  );
  return fields.length === 1 ? (fields[0]?.node ?? null) : null;
}
