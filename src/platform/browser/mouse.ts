import { Fault } from "../../domain/errors.ts";
import { type Channel, ProtocolError } from "./cdp.ts";
import { type Located, resolve, stale } from "./elements.ts";
import { callOn, type Handle, handleWith } from "./evaluate.ts";
import { type Aim, aim, bringIntoView, domClick, label } from "./in-page.js";
import { pause, within } from "./limit.ts";
import type { Tab } from "./tab.ts";

interface Point {
  x: number;
  y: number;
}

/** Where the mouse goes, in the coordinates of the whole page's viewport. */
export type Target = { how: "mouse"; at: Point } | { how: "dom"; handle: Handle };

/** An element may still be moving in; so often it is looked at again, so many ms apart. */
const TRIES = 6;
const BETWEEN_MS = 80;

/**
 * Scrolls an element into view and finds how to click it.
 *
 * @throws Fault BAD_REQUEST when it has no place, is disabled, or lies under something else.
 */
export async function target(tab: Tab, element: Located, signal: AbortSignal): Promise<Target> {
  const { channel } = element.session;
  const { backendNodeId } = element;
  // Sent together: they are carried out in this order, in one round trip.
  const scrolled = channel.send("DOM.scrollIntoViewIfNeeded", { backendNodeId });
  scrolled.catch(() => {});
  let quad = firstQuad(channel, backendNodeId, signal);
  quad.catch(() => {});
  const handle = await resolve(element, signal);
  for (let left = TRIES; ; left -= 1) {
    const found = await quad;
    const { x, y } = found?.middle ?? { x: 0, y: 0 };
    const corner = found ?? { left: 0, top: 0 };
    const aimed = await callOn(channel, signal, handle, aim, x, y, corner.left, corner.top);
    if (aimed.how === "mouse" && found) {
      return { how: "mouse", at: await inWholePage(tab, element, found.middle, signal) };
    }
    if (aimed.how === "dom") return { how: "dom", handle };
    if (aimed.how === "gone") throw stale();
    if (aimed.how === "hidden" && left === TRIES) {
      const byLabel = await throughLabel(tab, element, handle, signal);
      if (byLabel) return byLabel;
    }
    if (left === 0) throw new Fault("BAD_REQUEST", obstacle(aimed));
    await callOn(channel, signal, handle, bringIntoView);
    await pause(BETWEEN_MS, signal);
    quad = firstQuad(channel, backendNodeId, signal);
  }
}

/** Clicks with the real mouse; `tab` is the whole page. */
export async function clickAt(
  tab: Tab,
  { x, y }: Point,
  { count, button }: { count: number; button: "left" | "right" },
  signal: AbortSignal,
): Promise<void> {
  const { send } = tab.channel;
  const sent = [send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y })];
  for (let clickCount = 1; clickCount <= count; clickCount += 1) {
    const at = { x, y, button, clickCount };
    sent.push(
      send("Input.dispatchMouseEvent", { type: "mousePressed", ...at }),
      send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at }),
    );
  }
  await within(signal, Promise.all(sent));
}

export async function moveTo(tab: Tab, { x, y }: Point, signal: AbortSignal): Promise<void> {
  await within(signal, tab.channel.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y }));
}

/** The DOM's own click, for what the mouse cannot reach. */
export async function clickInside(
  { session }: Located,
  handle: Handle,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  await callOn(session.channel, signal, handle, domClick, count);
}

function obstacle(aimed: Aim): string {
  switch (aimed.how) {
    case "covered":
      return `The element is covered by ${aimed.by}.`;
    case "disabled":
      return "The element is disabled.";
    case "outside":
      return "The element cannot be scrolled into view.";
    default:
      return "The element is not visible on the page.";
  }
}

interface Quad {
  left: number;
  top: number;
  middle: Point;
}

/** The first visible piece of an element; null when it has none. */
async function firstQuad(
  channel: Channel,
  backendNodeId: number,
  signal: AbortSignal,
): Promise<Quad | null> {
  try {
    const { quads } = await within(signal, channel.send("DOM.getContentQuads", { backendNodeId }));
    for (const quad of quads) {
      const xs = quad.filter((_, index) => index % 2 === 0);
      const ys = quad.filter((_, index) => index % 2 === 1);
      const [left, right] = [Math.min(...xs), Math.max(...xs)];
      const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
      if (right > left && bottom > top) {
        return { left, top, middle: { x: (left + right) / 2, y: (top + bottom) / 2 } };
      }
    }
    return null;
  } catch (error) {
    // "Could not compute content quads": it is not rendered.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** A check box drawn by its label's style has no place of its own: its label is clicked. */
async function throughLabel(
  tab: Tab,
  element: Located,
  handle: Handle,
  signal: AbortSignal,
): Promise<Target | null> {
  const { channel } = element.session;
  const found = await handleWith(channel, signal, [handle], label);
  if (!found) return null;
  const { node } = await within(signal, channel.send("DOM.describeNode", { objectId: found }));
  return target(tab, { session: element.session, backendNodeId: node.backendNodeId }, signal);
}

/** From a frame with a process of its own to the page around it, however deep. */
async function inWholePage(
  tab: Tab,
  { session }: Located,
  point: Point,
  signal: AbortSignal,
): Promise<Point> {
  let at = point;
  let inner = session;
  while (inner.rootFrameId !== tab.targetId) {
    const frameId = inner.rootFrameId;
    const parentId = tab.frames.get(frameId)?.parentId;
    const outer = parentId === undefined ? undefined : tab.frames.get(parentId)?.channel;
    const outerSession = outer && tab.sessions.get(outer.number);
    if (!outerSession || outerSession === inner) {
      throw new Fault("BAD_REQUEST", "The element's frame is no longer on the page.");
    }
    const { channel } = outerSession;
    const owner = await within(signal, channel.send("DOM.getFrameOwner", { frameId }));
    const { model } = await within(
      signal,
      channel.send("DOM.getBoxModel", { backendNodeId: owner.backendNodeId }),
    );
    at = { x: at.x + (model.content[0] ?? 0), y: at.y + (model.content[1] ?? 0) };
    inner = outerSession;
  }
  return at;
}
