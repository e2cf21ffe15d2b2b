import type { ElementFacts, PageNode } from "../domain/page.ts";
import { lineOf } from "./tree.ts";
import { fold } from "./words.ts";
import { ROLE_NOUNS } from "./vocabulary/roles.ts";

const LONGEST = 80;

/** `Sign In button`, `Email field`: the page's own words, never what a field holds. */
export function describe(node: PageNode, label = nameOf(node)): string {
  const noun = nounOf(node);
  const name = shorten(label);
  if (name === "") return noun;
  return fold(name).split(" ").at(-1) === noun.split(" ").at(-1) ? name : `${name} ${noun}`;
}

/** What an element is called, as a person would say it. */
export function nounOf({ role, states }: PageNode): string {
  if (role === "combobox" && states.editable) return "field";
  return ROLE_NOUNS[role] ?? (states.editable ? "field" : "element");
}

/**
 * The name of a node, without decoration. The computed name of an element that is edited in
 * place may be its content, so such a name counts only when it differs from the value.
 */
export function nameOf(node: PageNode): string {
  const name = node.name.trim();
  if (node.states.editable && node.value && fold(name) === fold(node.value)) return "";
  // A placeholder of dots or dashes is no name.
  if (node.states.editable && !/[\p{L}\p{N}]/u.test(name)) return "";
  if (name !== "") return name;
  if (/^(?:row|listitem|cell|gridcell|caption|LabelText|Legend|term|paragraph)$/.test(node.role)) {
    return lineOf(node);
  }
  return "";
}

function shorten(text: string): string {
  const clean = text
    .replace(/\s+/g, " ")
    .replace(/[\s:*]+$/, "")
    .trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1).trimEnd()}…` : clean;
}

/** Names that an element has in its HTML only, best first: titles, then what developers wrote. */
export function namesInFacts({ tag, attributes }: ElementFacts): string[] {
  const { type = "", autocomplete = "", class: classes = "" } = attributes;
  const told = [attributes["title"], attributes["alt"], attributes["placeholder"]];
  const kinds = tag === "input" && /^(?:email|password|tel|search|url|date|time)$/.test(type);
  const tokens = [attributes["data-testid"], attributes["name"], attributes["id"]];
  const names = [
    ...told,
    kinds ? (type === "tel" ? "phone" : type) : undefined,
    AUTOCOMPLETE[autocomplete] ?? autocomplete.replaceAll("-", " "),
    ...tokens.map((token) => token && humanize(token)),
    ...classes.split(/\s+/).map(humanize),
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ""))] as string[];
}

const AUTOCOMPLETE: Readonly<Record<string, string>> = {
  "current-password": "password",
  "new-password": "password",
  "one-time-code": "code",
  tel: "phone",
  "given-name": "first name",
  "family-name": "last name",
  "street-address": "street address",
  "address-line1": "street address",
  "address-level2": "city",
  "address-level1": "state",
  "postal-code": "zip",
  "cc-number": "card number",
  "cc-csc": "cvc",
  "cc-exp": "expiry date",
  on: "",
  off: "",
};

const DECORATION =
  /\b(?:btn|button|icon|ico|fa|fas|far|bi|mdi|material|glyphicon|svg|txt|inp|input|field|lnk|link|js|ui|el|the|form|ctl|primary|secondary|sm|md|lg|xs|xl)\b/g;

/** `btn-deleteItem` → `delete item`. */
function humanize(token: string): string {
  return token
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .replace(DECORATION, " ")
    .replace(/\s+/g, " ")
    .trim();
}
