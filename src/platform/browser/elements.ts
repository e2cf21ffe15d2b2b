import { Fault } from "../../domain/errors.ts";
import type { ElementFacts, NodeRef } from "../../domain/page.ts";
import { type Channel, ProtocolError } from "./cdp.ts";
import { callWith, type Handle, handleWith, resolveNode } from "./evaluate.ts";
import { factsOf, formsOf } from "./in-page.js";
import { within } from "./limit.ts";
import type { FrameSession, Tab } from "./tab.ts";

/** An element that a ref names, where it is. */
export interface Located {
  session: FrameSession;
  backendNodeId: number;
}

/** The ref of an element: which session, which of its documents, which node. */
export function toRef(session: FrameSession, backendNodeId: number): NodeRef {
  return `${session.channel.number}.${session.epoch}:${backendNodeId}`;
}

/** @throws Fault BAD_REQUEST when the page it was taken from has been replaced or closed. */
export function locate(tab: Tab, ref: NodeRef): Located {
  const [, number, epoch, node] = /^(\d+)\.(\d+):(\d+)$/.exec(ref) ?? [];
  const session = tab.sessions.get(Number(number));
  if (!session || session.epoch !== Number(epoch)) throw stale();
  return { session, backendNodeId: Number(node) };
}

/** @throws Fault BAD_REQUEST when the element has left the page. */
export async function resolve(
  { session, backendNodeId }: Located,
  signal: AbortSignal,
): Promise<Handle> {
  try {
    return await resolveNode(session.channel, signal, backendNodeId);
  } catch (error) {
    if (error instanceof ProtocolError) throw stale();
    throw error;
  }
}

export function stale(): Fault {
  return new Fault("BAD_REQUEST", "The element is no longer on the page.");
}

/** HTML facts of several elements, with few round trips however many they are. */
export async function readFacts(
  tab: Tab,
  refs: readonly NodeRef[],
  signal: AbortSignal,
): Promise<(ElementFacts | null)[]> {
  const facts: (ElementFacts | null)[] = refs.map(() => null);
  const bySession = new Map<FrameSession, { index: number; backendNodeId: number }[]>();
  refs.forEach((ref, index) => {
    try {
      const { session, backendNodeId } = locate(tab, ref);
      const wanted = bySession.get(session) ?? [];
      wanted.push({ index, backendNodeId });
      bySession.set(session, wanted);
    } catch {
      // Stays null: it is gone.
    }
  });
  await Promise.all(
    [...bySession].map(async ([session, wanted]) => {
      const found = await Promise.all(
        wanted.map(async ({ index, backendNodeId }) => ({
          index,
          handle: await resolve({ session, backendNodeId }, signal).catch((error: unknown) => {
            if (error instanceof Fault && error.code === "BAD_REQUEST") return null;
            throw error;
          }),
        })),
      );
      const present = found.flatMap(({ index, handle }) => (handle ? [{ index, handle }] : []));
      const read = await factsIn(
        session,
        present.map(({ handle }) => handle),
        signal,
      );
      present.forEach(({ index }, position) => {
        facts[index] = read[position] ?? null;
      });
    }),
  );
  return facts;
}

async function factsIn(
  session: FrameSession,
  [first, ...others]: readonly Handle[],
  signal: AbortSignal,
): Promise<(ElementFacts | null)[]> {
  if (!first) return [];
  const { channel } = session;
  const [raw, forms] = await Promise.all([
    callWith(channel, signal, [first, ...others], factsOf),
    handleWith(channel, signal, [first, ...others], formsOf).then((list) =>
      nodesIn(channel, list, signal),
    ),
  ]);
  return raw.map((one) => {
    if (!one) return null;
    const { form, ...rest } = one;
    const node = form === undefined ? undefined : forms[form];
    return node === undefined ? rest : { ...rest, form: toRef(session, node) };
  });
}

/** Backend node ids of a list of elements that is still in the page. */
async function nodesIn(
  channel: Channel,
  list: Handle | null,
  signal: AbortSignal,
): Promise<number[]> {
  if (!list) return [];
  const { result } = await within(
    signal,
    channel.send("Runtime.getProperties", { objectId: list, ownProperties: true }),
  );
  const items = result.filter(({ name }) => /^\d+$/.test(name));
  return Promise.all(
    items.map(async ({ value }) => {
      const { node } = await within(
        signal,
        channel.send("DOM.describeNode", { objectId: value?.objectId ?? "" }),
      );
      return node.backendNodeId;
    }),
  );
}
