import type { PageNode } from "../../domain/page.ts";
import { describe, nameOf } from "../describe.ts";
import { closest, type Entry, isEditable } from "../tree.ts";
import { type Extractor, labelFor, lines, picked, selection } from "./question.ts";
import { within } from "./within.ts";

const KINDS: readonly (readonly [
  label: string,
  nouns: string,
  fits: (node: PageNode) => boolean,
])[] = [
  ["button", "buttons?", ({ role }) => /^(?:button|ToggleButton|PopUpButton)$/.test(role)],
  [
    "field",
    "(?:form |input |text )?fields?|inputs?|text ?boxes",
    (node) => isEditable(node) || /^(?:combobox|listbox|checkbox|radio|switch)$/.test(node.role),
  ],
  ["checkbox", "check ?box(?:es)?", ({ role }) => /^(?:checkbox|switch)$/.test(role)],
  [
    "dropdown",
    "drop-?downs?|selects?|select boxes",
    ({ role }) => /^(?:combobox|listbox)$/.test(role),
  ],
  ["tab", "tabs?", ({ role }) => role === "tab"],
  ["option", "options?", ({ role }) => /^(?:option|radio|menuitemradio)$/.test(role)],
  ["menu item", "menu (?:items?|entries|links?)", ({ role }) => role.startsWith("menuitem")],
];

/** `all buttons`, `form fields`, `options of Country`, `the forms`. Never what fields hold. */
export const controls: Extractor = (query) => {
  const forms = selection(query, "forms?");
  if (forms) {
    return {
      label: labelFor("form", forms),
      answer: async (view) => {
        const entries = await view.entries();
        const found = entries.filter(({ node }) => /^(?:form|search)$/.test(node.role));
        const parts = found.length > 0 ? found : entries.slice(0, 1);
        const told = parts.map((form) => formText(form, entries)).filter((text) => text !== "");
        return lines(picked(told, forms), "\n\n");
      },
    };
  }
  for (const [label, nouns, fits] of KINDS) {
    const chosen = selection(query, nouns);
    if (!chosen) continue;
    return {
      label: labelFor(label, chosen),
      answer: async (view) => {
        const entries = await view.entries();
        const found = controlsOf(entries).filter(({ node }) => fits(node));
        const some = picked(within(entries, found, chosen.inside), chosen);
        return lines(some.map(({ node }) => (label === "field" ? describe(node) : nameOf(node))));
      },
    };
  }
  return null;
};

/** Controls, without the parts that a control is made of. */
function controlsOf(entries: readonly Entry[]): Entry[] {
  return entries.filter(
    ({ parent }) =>
      !parent || !closest(parent, ({ node }) => isEditable(node) && node.role !== "RootWebArea"),
  );
}

function formText(form: Entry, entries: readonly Entry[]): string {
  const inside = controlsOf(entries).filter(
    ({ node, index }) =>
      index > form.index &&
      index <= form.end &&
      (isEditable(node) || /^(?:combobox|listbox|checkbox|radio|switch|button)$/.test(node.role)),
  );
  if (inside.length === 0) return "";
  const title = /^(?:form|search)$/.test(form.node.role) ? nameOf(form.node) || "Form" : "Form";
  return [title, ...inside.map(({ node }) => `- ${describe(node)}`)].join("\n");
}
