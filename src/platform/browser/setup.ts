import type { Channel } from "./cdp.ts";

/** What of CDP's Page.Frame is read. */
export interface FrameInfo {
  id: string;
  parentId?: string;
  loaderId: string;
  url: string;
  urlFragment?: string;
  unreachableUrl?: string;
  domainAndRegistry: string;
}

export interface FrameTree {
  frame: FrameInfo;
  childFrames?: FrameTree[];
}

const VIEWPORT = { width: 1280, height: 720, deviceScaleFactor: 1, mobile: false };

/** Workers and the like are left alone. */
const FRAMES_ONLY = {
  autoAttach: true,
  waitForDebuggerOnStart: false,
  flatten: true,
  filter: [{ type: "iframe" }, { exclude: true }],
};

/** Makes a page as we need it, in one round trip, and lets it run; gives the frames it has. */
export async function setUpPage({ send }: Channel): Promise<FrameTree> {
  const [, , { frameTree }] = await Promise.all([
    send("Page.enable"),
    send("Page.setLifecycleEventsEnabled", { enabled: true }),
    send("Page.getFrameTree"),
    send("Emulation.setDeviceMetricsOverride", VIEWPORT),
    // A click on a file field would otherwise open the platform's own dialog.
    send("Page.setInterceptFileChooserDialog", { enabled: true }),
    send("Target.setAutoAttach", FRAMES_ONLY),
    send("Runtime.runIfWaitingForDebugger"),
  ]);
  return frameTree;
}

/** The same for a frame with a process of its own. */
export async function setUpFrame({ send }: Channel): Promise<FrameTree> {
  const [, { frameTree }] = await Promise.all([
    send("Page.enable"),
    send("Page.getFrameTree"),
    send("Target.setAutoAttach", FRAMES_ONLY),
  ]);
  return frameTree;
}
