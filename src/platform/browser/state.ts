import { Fault } from "../../domain/errors.ts";
import type { BrowserState } from "../../domain/ports.ts";
import type { Channel } from "./cdp.ts";
import { readCookies, restoreCookies } from "./cookies.ts";
import { evaluate } from "./evaluate.ts";
import { readFrame, writeStorage } from "./in-page.js";
import type { FrameContent } from "./in-page.js";
import { assertInTime, pause, withLimit, within } from "./limit.ts";
import { assertAddress, go, type Navigator } from "./navigation.ts";
import type { Frame, Tab } from "./tab.ts";

/** Local storage of one origin above this is left out. */
const MAX_STORAGE_BYTES = 1024 * 1024;
/** A frame that does not answer is left out; the page itself must answer in the time of all. */
const FRAME_LIMIT_MS = 1_500;
const RELOAD_LIMIT_MS = 15_000;
const WORLD = "outrider";

/** Takes down all that another browser needs to take this one's place. */
export async function snapshot(
  root: Channel,
  { tabs }: Navigator,
  signal: AbortSignal,
): Promise<BrowserState> {
  const current = await tabs.front(signal);
  const [cookies, ...contents] = await Promise.all([
    readCookies(root, signal),
    ...tabs.open.map((tab) => readTab(tab, tab === current, signal)),
  ]);
  const storage = new Map<string, [string, string][]>();
  const lost = new Set<string>();
  for (const { origin, items, hasSessionStorage, partition } of contents.flat()) {
    if (items === null) lost.add(`local storage of ${origin}: more than 1 MB`);
    else if (items.length > 0) {
      if (partition === null) storage.set(origin, items);
      else lost.add(`local storage of ${origin} within ${partition}`);
    }
    if (hasSessionStorage) lost.add(`session storage of ${origin}`);
  }
  const shown = contents[tabs.open.indexOf(current)];
  if (shown?.some(({ hasTypedText }) => hasTypedText)) lost.add("what was filled into forms");
  if (current.posted) lost.add("the page that was sent by POST");
  const others = tabs.open.length - 1;
  if (others > 0) lost.add(others === 1 ? "another open page" : `${others} other open pages`);
  return {
    url: current.url,
    posted: current.posted,
    cookies,
    storage: [...storage].map(([origin, items]) => ({ origin, items })),
    lost: [...lost],
  };
}

/** Puts a state into a fresh browser; gives what could not be brought back. */
export async function restoreState(
  root: Channel,
  navigator: Navigator,
  state: BrowserState,
  signal: AbortSignal,
): Promise<string[]> {
  const lost = new Set(state.lost);
  const refused = await restoreCookies(root, state.cookies, signal);
  for (const name of refused) lost.add(`cookie ${name}`);
  if (state.storage.length > 0) {
    await navigator.tabs.aside(signal, async (tab) => {
      for (const { origin, items } of state.storage) {
        try {
          await fillOrigin(tab, origin, items, signal);
        } catch {
          assertInTime(signal);
          lost.add(`local storage of ${origin}`);
        }
      }
    });
  }
  if (/^https?:/.test(state.url)) {
    try {
      await assertAddress(navigator.guard, state.url);
      const tab = await navigator.tabs.front(signal);
      await withLimit(
        RELOAD_LIMIT_MS,
        (limit) => go(navigator, tab, state.url, "load", limit),
        signal,
      );
    } catch (error) {
      if (!(error instanceof Fault) || error.code === "UNAVAILABLE") throw error;
      assertInTime(signal);
      lost.add(`the page ${state.url}: ${error.message}`);
    }
  }
  return [...lost];
}

/** What a frame holds, and the site within which alone it does; null where that is its own. */
interface FrameState extends FrameContent {
  partition: string | null;
}

/** What the frames of a page hold. Frames without an origin of the web hold nothing of ours. */
async function readTab(tab: Tab, mustAnswer: boolean, signal: AbortSignal): Promise<FrameState[]> {
  const contents = await Promise.all(
    [...tab.frames.values()].map(async (frame) => {
      const isPage = frame.id === tab.targetId;
      const partition = isPage ? null : partitionOf(tab, frame);
      const content =
        isPage && mustAnswer
          ? await readContent(frame, signal)
          : await withLimit(FRAME_LIMIT_MS, (limit) => readContent(frame, limit), signal).catch(
              () => null,
            );
      return content && { ...content, partition };
    }),
  );
  return contents.filter((content) => content !== null);
}

/** Chromium keeps a frame's storage apart by the site of the page around it (storage partitioning). */
function partitionOf(tab: Tab, frame: Frame): string | null {
  const page = tab.frames.get(tab.targetId);
  if (!page || !URL.canParse(frame.url) || !URL.canParse(page.url)) return null;
  return siteOf(frame) === siteOf(page) ? null : siteOf(page);
}

function siteOf({ url, domain }: Frame): string {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${domain || hostname}`;
}

/** In a world of our own, where nothing that the page has redefined is met. */
async function readContent(frame: Frame, signal: AbortSignal): Promise<FrameContent | null> {
  const { channel } = frame;
  for (let tries = 3; ; tries -= 1) {
    try {
      const { executionContextId } = await within(
        signal,
        channel.send("Page.createIsolatedWorld", { frameId: frame.id, worldName: WORLD }),
      );
      return await evaluate(channel, signal, readFrame, [MAX_STORAGE_BYTES], executionContextId);
    } catch (error) {
      // A navigation took the document away meanwhile.
      if (error instanceof Fault || tries === 0) throw error;
      await pause(20, signal);
    }
  }
}

/** Sets an origin's storage on an empty page of it, before any page of its own runs. */
async function fillOrigin(
  tab: Tab,
  origin: string,
  items: [string, string][],
  signal: AbortSignal,
): Promise<void> {
  const { send } = tab.channel;
  const blank = {
    responseCode: 200,
    responseHeaders: [{ name: "content-type", value: "text/html" }],
    body: "",
  };
  tab.onRequest = (requestId) => {
    tab.channel.tell("Fetch.fulfillRequest", { requestId, ...blank });
  };
  await within(signal, send("Fetch.enable", { patterns: [{ urlPattern: "*" }] }));
  const { errorText } = await within(signal, send("Page.navigate", { url: `${origin}/` }));
  if (errorText) throw new Error(errorText);
  await tab.load.settled(signal);
  await evaluate(tab.channel, signal, writeStorage, [items]);
}
