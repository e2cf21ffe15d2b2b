import type { PageNode } from "../../domain/page.ts";
import { type Channel, ProtocolError } from "./cdp.ts";
import { toRef } from "./elements.ts";
import { withLimit, within } from "./limit.ts";
import type { Frame, FrameSession, Tab } from "./tab.ts";
import { type AxNode, toPageTree } from "./tree.ts";

/** A frame that answers nothing is left out of the tree after this time. */
const FRAME_LIMIT_MS = 2_000;

const FIELDS = new Set(["textbox", "searchbox", "combobox", "spinbutton"]);

/** The accessibility tree of a page, each frame's under the element that holds it. */
export async function readTree(tab: Tab, signal: AbortSignal): Promise<PageNode> {
  const frames = [...tab.frames.values()].filter(({ id }) => id !== tab.targetId);
  const [main, ...inner] = await Promise.all([
    readNodes(tab.channel, undefined, signal),
    ...frames.map((frame) =>
      withLimit(FRAME_LIMIT_MS, (limit) => readFrame(tab, frame, limit), signal).catch(() => null),
    ),
  ]);
  const read = inner.filter((frame) => frame !== null);
  const build = (nodes: AxNode[], frameId: string, session: FrameSession): PageNode | null =>
    toPageTree(
      nodes,
      (backendNodeId) => toRef(session, backendNodeId),
      (backendNodeId) => {
        const held = read.find(
          ({ frame, owner }) => frame.parentId === frameId && owner === backendNodeId,
        );
        return (held && build(held.nodes, held.frame.id, held.session)) ?? undefined;
      },
    );
  const session = tab.sessions.get(tab.channel.number);
  const root = session && build(main, tab.targetId, session);
  return root ?? { ref: "", role: "RootWebArea", name: tab.title, states: {}, children: [] };
}

async function readFrame(tab: Tab, frame: Frame, signal: AbortSignal) {
  const session = tab.sessions.get(frame.channel.number);
  const parent = frame.parentId === undefined ? undefined : tab.frames.get(frame.parentId);
  if (!session || !parent) return null;
  const [nodes, { backendNodeId: owner }] = await Promise.all([
    readNodes(frame.channel, session.rootFrameId === frame.id ? undefined : frame.id, signal),
    within(signal, parent.channel.send("DOM.getFrameOwner", { frameId: frame.id })),
  ]);
  return { frame, session, nodes, owner };
}

async function readNodes(
  channel: Channel,
  frameId: string | undefined,
  signal: AbortSignal,
): Promise<AxNode[]> {
  const { nodes } = await within(
    signal,
    channel.send("Accessibility.getFullAXTree", frameId === undefined ? {} : { frameId }),
  );
  return withPlaceholders(channel, nodes, signal);
}

/** The browser's tree does not tell placeholders, which are what a person sees in many a field. */
async function withPlaceholders(
  channel: Channel,
  nodes: AxNode[],
  signal: AbortSignal,
): Promise<AxNode[]> {
  await Promise.all(
    nodes.map(async (node) => {
      const { backendDOMNodeId: backendNodeId, role, description } = node;
      if (backendNodeId === undefined || !FIELDS.has(String(role?.value))) return;
      if (description?.value) return;
      const described = await within(
        signal,
        channel.send("DOM.describeNode", { backendNodeId }),
      ).catch((error: unknown) => {
        if (error instanceof ProtocolError) return null;
        throw error;
      });
      const attributes = described?.node.attributes ?? [];
      const at = attributes.findIndex(
        (name, index) => index % 2 === 0 && /^(aria-)?placeholder$/.test(name),
      );
      const value = attributes[at + 1];
      if (at >= 0 && value) {
        node.properties = [...(node.properties ?? []), { name: "placeholder", value: { value } }];
      }
    }),
  );
  return nodes;
}
