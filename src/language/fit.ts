import type { PageNode } from "../domain/page.ts";
import { nameOf } from "./describe.ts";
import type { Naming } from "./order.ts";
import { closest, type Entry, flatten, isEditable, optionsOf } from "./tree.ts";
import { INTERACTIVE_ROLES } from "./vocabulary/groups.ts";
import { type Kind, ROLES_OF_KIND } from "./vocabulary/roles.ts";

/** What the thing is for; it decides which elements can be meant. */
export type Purpose = "click" | "type" | "select" | "check" | "option" | "hover" | "find";

/** Elements that could be meant, whatever their names. */
export function eligible(entry: Entry, purpose: Purpose, naming: Naming): boolean {
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
export function rolePenalty({ role, states }: PageNode, kind: Kind): number {
  if (kind === "any") return 0;
  if (kind === "field" && states.editable) return role === "combobox" ? 1 : 0;
  const tier = ROLES_OF_KIND[kind].findIndex((roles) => roles.includes(role));
  return tier < 0 ? 25 : ([0, 4, 10][tier] ?? 10);
}

/** Points off when no kind was said, for what people rarely mean with the verb. */
export function plainPenalty({ role, states }: PageNode, purpose: Purpose): number {
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
