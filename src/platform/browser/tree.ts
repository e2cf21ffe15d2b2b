import type { NodeRef, NodeStates, PageNode } from "../../domain/page.ts";

/** What of CDP's Accessibility.AXNode is read; `placeholder` is a property that we add. */
export interface AxNode {
  nodeId: string;
  ignored: boolean;
  parentId?: string;
  childIds?: string[];
  backendDOMNodeId?: number;
  role?: AxValue;
  name?: AxValue;
  description?: AxValue;
  value?: AxValue;
  properties?: { name: string; value: AxValue }[];
}

interface AxValue {
  value?: unknown;
}

/** Pieces of a line of text; their StaticText parent says the same. */
const FRAGMENTS = new Set(["InlineTextBox", "LineBreak"]);

/**
 * The page's tree out of the browser's flat list (Accessibility.getFullAXTree). Ignored nodes
 * are left out and their children lifted to where they stood.
 *
 * @param toRef names an element by its backend node id
 * @param graft gives the tree of the document inside a frame's element
 */
export function toPageTree(
  nodes: readonly AxNode[],
  toRef: (backendNodeId: number) => NodeRef,
  graft: (backendNodeId: number) => PageNode | undefined = () => undefined,
): PageNode | null {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const seen = new Set<string>();

  const build = (node: AxNode): PageNode[] => {
    // A broken tree could lead in circles.
    if (seen.has(node.nodeId)) return [];
    seen.add(node.nodeId);
    const role = text(node.role);
    if (FRAGMENTS.has(role)) return [];
    const children: PageNode[] = [];
    for (const id of isField(node) ? [] : (node.childIds ?? [])) {
      const child = byId.get(id);
      if (child) for (const built of build(child)) children.push(built);
    }
    const inner = node.backendDOMNodeId === undefined ? undefined : graft(node.backendDOMNodeId);
    if (inner) children.push(inner);
    if (node.ignored) return children;
    return [describe(node, role, toRef, children)];
  };

  const root = nodes.find(({ parentId }) => parentId === undefined || !byId.has(parentId));
  return (root && build(root)[0]) ?? null;
}

function describe(
  node: AxNode,
  role: string,
  toRef: (backendNodeId: number) => NodeRef,
  children: PageNode[],
): PageNode {
  const properties = new Map(node.properties?.map(({ name, value }) => [name, value.value]));
  const described: PageNode = {
    ref: node.backendDOMNodeId === undefined ? "" : toRef(node.backendDOMNodeId),
    role,
    name: fold(text(node.name)),
    states: toStates(properties),
    children,
  };
  const placeholder = fold(String(properties.get("placeholder") ?? ""));
  const description = fold(text(node.description)) || placeholder;
  if (description !== "" && description !== described.name) described.description = description;
  if (node.value?.value !== undefined) described.value = String(node.value.value);
  const url = properties.get("url");
  if (typeof url === "string" && url !== "") described.url = url;
  return described;
}

/** Its children are what was typed into it, which `value` says. */
function isField({ properties }: AxNode): boolean {
  const editable = properties?.find(({ name }) => name === "editable")?.value.value;
  return editable === "plaintext";
}

function toStates(properties: ReadonlyMap<string, unknown>): NodeStates {
  const states: NodeStates = {};
  const flags = [
    "disabled",
    "selected",
    "expanded",
    "focused",
    "focusable",
    "required",
    "readonly",
    "multiline",
    "modal",
  ] as const;
  for (const flag of flags) {
    const value = properties.get(flag);
    if (typeof value === "boolean") states[flag] = value;
  }
  // A token that says how: `plaintext`, `richtext`.
  if (properties.has("editable")) states.editable = true;
  const checked = properties.get("checked");
  if (checked !== undefined) states.checked = checked === "mixed" ? "mixed" : checked === "true";
  const level = properties.get("level");
  if (typeof level === "number") states.level = level;
  return states;
}

function text(value: AxValue | undefined): string {
  return value?.value === undefined ? "" : String(value.value);
}

function fold(words: string): string {
  return words.replace(/\s+/g, " ").trim();
}
