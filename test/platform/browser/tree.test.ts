import { expect, test } from "vitest";
import { type AxNode, toPageTree } from "../../../src/platform/browser/tree.ts";

function node(id: string, role: string, name: string, more: Partial<AxNode> = {}): AxNode {
  return {
    nodeId: id,
    ignored: false,
    backendDOMNodeId: Number(id),
    role: { value: role },
    name: { value: name },
    ...more,
  };
}

const flags = (values: Record<string, unknown>) =>
  Object.entries(values).map(([name, value]) => ({ name, value: { value } }));

const toRef = (backendNodeId: number) => `ref-${backendNodeId}`;

test("drops ignored nodes and lifts their children, in order", () => {
  const tree = toPageTree(
    [
      node("1", "RootWebArea", "Page", { childIds: ["2", "5"] }),
      node("2", "none", "", { ignored: true, parentId: "1", childIds: ["3", "4"] }),
      node("3", "heading", "  A\n heading ", {
        parentId: "2",
        properties: [{ name: "level", value: { value: 2 } }],
      }),
      node("4", "link", "More", {
        parentId: "2",
        properties: [{ name: "url", value: { value: "https://example.com/more" } }],
      }),
      node("5", "StaticText", "Text", { parentId: "1", childIds: ["6"] }),
      node("6", "InlineTextBox", "Text", { parentId: "5" }),
    ],
    toRef,
  );
  expect(tree).toEqual({
    ref: "ref-1",
    role: "RootWebArea",
    name: "Page",
    states: {},
    children: [
      { ref: "ref-3", role: "heading", name: "A heading", states: { level: 2 }, children: [] },
      {
        ref: "ref-4",
        role: "link",
        name: "More",
        url: "https://example.com/more",
        states: {},
        children: [],
      },
      { ref: "ref-5", role: "StaticText", name: "Text", states: {}, children: [] },
    ],
  });
});

test("reads states, values and descriptions", () => {
  const tree = toPageTree(
    [
      node("1", "RootWebArea", "", { childIds: ["2", "3", "4"] }),
      node("2", "checkbox", "Some", {
        parentId: "1",
        properties: flags({ checked: "mixed", disabled: true, focusable: false }),
      }),
      node("3", "textbox", "Name", {
        parentId: "1",
        value: { value: "Ada" },
        childIds: ["5"],
        properties: flags({ editable: "plaintext", placeholder: "Your name", required: true }),
      }),
      node("4", "textbox", "Find", {
        parentId: "1",
        description: { value: "Hint" },
        properties: flags({ placeholder: "Find", editable: "richtext" }),
      }),
      node("5", "StaticText", "Ada", { parentId: "3" }),
    ],
    toRef,
  );
  expect(tree?.children).toMatchObject([
    { states: { checked: "mixed", disabled: true, focusable: false } },
    {
      value: "Ada",
      description: "Your name",
      states: { editable: true, required: true },
      children: [],
    },
    { description: "Hint", states: { editable: true } },
  ]);
});

test("grafts a frame's tree, and survives a broken one", () => {
  const inner = { ref: "x", role: "RootWebArea", name: "Inner", states: {}, children: [] };
  const tree = toPageTree(
    [
      node("1", "RootWebArea", "", { childIds: ["2", "9"] }),
      node("2", "Iframe", "", { parentId: "1", childIds: ["1"] }),
    ],
    toRef,
    (backendNodeId) => (backendNodeId === 2 ? inner : undefined),
  );
  expect(tree?.children).toEqual([
    { ref: "ref-2", role: "Iframe", name: "", states: {}, children: [inner] },
  ]);
  expect(toPageTree([], toRef)).toBeNull();
});
