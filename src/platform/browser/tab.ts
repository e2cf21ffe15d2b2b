import { Fault } from "../../domain/errors.ts";
import { type CdpEvent, type Channel, DetachedError, type Wire } from "./cdp.ts";
import { Load } from "./load.ts";
import { type FrameInfo, type FrameTree, setUpFrame, setUpPage } from "./setup.ts";

export interface Frame {
  id: string;
  parentId?: string;
  url: string;
  /** Registrable domain, `example.co.uk`; empty for bare hosts and addresses. */
  domain: string;
  /** The session that speaks for it: its own, or that of the nearest ancestor with one. */
  channel: Channel;
}

/** A session's root document changes its `epoch`, so that older refs are known to be stale. */
export interface FrameSession {
  channel: Channel;
  rootFrameId: string;
  epoch: number;
}

/** What a tab tells the stack that it is on. */
export interface TabListener {
  dialog(tab: Tab, kind: string, message: string, answer: "accepted" | "dismissed"): void;
  /** The main document changed, or its address did. */
  navigated(tab: Tab): void;
  loading(tab: Tab): void;
  loaded(tab: Tab): void;
  crashed(tab: Tab): void;
  /** The page is about to open another one at this address. */
  opening(tab: Tab, url: string): void;
}

/** A page's history is not longer than this. */
const MAX_REMEMBERED = 50;
/** Of a title that is longer the rest is left out. */
const MAX_TITLE_LENGTH = 1000;
/** Chromium itself allows a page 200 changes of its address in ten seconds, unless told not to. */
const MAX_MOVES_PER_SECOND = 200;
/** One open page, as its events tell it; it knows its address and its load without asking. */
export class Tab {
  readonly channel: Channel;
  /** Also the id of its main frame. */
  readonly targetId: string;
  readonly openerId: string | undefined;
  url = "about:blank";
  title = "";
  crashed = false;
  closed = false;
  /** The main document is the browser's own page about a failed load. */
  failed = false;
  /** The method by which the newest document was asked for, redirects included. */
  method = "GET";
  /** The document came by another method than GET. */
  posted = false;
  readonly load: Load;
  /** Called for requests that are held on this page alone; see `restoreState`. */
  onRequest: (requestId: string) => void = () => {};
  readonly frames = new Map<string, Frame>();
  readonly sessions = new Map<number, FrameSession>();
  /** Settled when the page obeys; rejects when it died before. */
  readonly ready: Promise<void>;
  /** The second in which its address was last changed by a script, and how often it was. */
  #restless = { second: 0, moves: 0 };
  /** Loader → whether it came by another method than GET. */
  readonly #posted = new Map<string, boolean>();
  readonly #wire: Wire;
  readonly #listener: TabListener;

  /** `existing`: it was there before us and may be in the middle of loading. */
  constructor(
    wire: Wire,
    channel: Channel,
    { targetId, openerId }: { targetId: string; openerId?: string },
    listener: TabListener,
    existing: boolean,
  ) {
    this.#wire = wire;
    this.#listener = listener;
    this.channel = channel;
    this.targetId = targetId;
    this.openerId = openerId;
    this.load = new Load(!existing);
    this.#adopt(channel, targetId, undefined);
    this.ready = setUpPage(channel).then((tree) => this.#graft(channel, tree));
    this.ready.catch(() => {});
  }

  /** Takes title and address from the browser's own list of pages. */
  describe(info: { title: string; url: string }): void {
    if (this.failed) return;
    // Without a title of its own a page is listed under its address.
    const address = info.url.replace(/^[a-z]+:\/\//, "").replace(/\/$/, "");
    this.title = info.title.replace(/\/$/, "") === address ? "" : info.title;
    if (info.title === info.url) this.title = "";
    this.title = this.title.slice(0, MAX_TITLE_LENGTH);
  }

  crash(): void {
    if (this.crashed || this.closed) return;
    this.crashed = true;
    const died = new Fault("UNAVAILABLE", "The page's process died.");
    this.channel.fail(died);
    this.load.fail(died);
    this.#listener.crashed(this);
  }

  close(): void {
    this.closed = true;
    for (const { channel } of this.sessions.values()) {
      if (channel.sessionId) this.#wire.detach(channel.sessionId);
    }
    this.load.fail(new DetachedError());
  }

  /** Frames that were there before the first event. */
  #graft(channel: Channel, tree: FrameTree): void {
    const { frame } = tree;
    if (!this.frames.has(frame.id)) this.#place(channel, frame);
    if (frame.id === this.targetId) {
      this.load.adopt(frame.loaderId);
      if (this.url === "about:blank" && frame.url) this.#moveTo(frame);
    }
    for (const child of tree.childFrames ?? []) this.#graft(channel, child);
  }

  #adopt(channel: Channel, rootFrameId: string, openSession: string | undefined): void {
    this.sessions.set(channel.number, { channel, rootFrameId, epoch: 0 });
    channel.onEvent = (event) => this.#hear(channel, event);
    if (openSession === undefined) return;
    // A frame with a process of its own; its failures concern only itself.
    setUpFrame(channel).then(
      (tree) => this.#graft(channel, tree),
      () => {},
    );
    const known = this.frames.get(rootFrameId);
    if (known) known.channel = channel;
  }

  #hear(channel: Channel, { method, params }: CdpEvent): void {
    switch (method) {
      case "Page.frameAttached":
        this.frames.set(params.frameId, {
          id: params.frameId,
          parentId: params.parentFrameId,
          url: "",
          domain: "",
          channel,
        });
        return;
      case "Page.frameDetached":
        // "swap": it only moved to another process.
        if (params.reason !== "swap") this.frames.delete(params.frameId);
        return;
      case "Page.frameNavigated":
        return this.#committed(channel, params.frame, params.type);
      case "Page.navigatedWithinDocument": {
        if (this.#floods()) return channel.tell("Page.crash");
        const frame = this.frames.get(params.frameId);
        if (frame) frame.url = params.url;
        if (params.frameId !== this.targetId) return;
        this.url = params.url;
        this.load.intend(false);
        this.#listener.navigated(this);
        return;
      }
      case "Page.frameStartedNavigating":
        if (params.frameId !== this.targetId || /^(s|historyS)ame/.test(params.navigationType)) {
          return;
        }
        this.load.begin(params.loaderId);
        this.#listener.loading(this);
        return;
      case "Page.frameRequestedNavigation":
        if (params.frameId === this.targetId) this.load.intend(params.disposition === "currentTab");
        return;
      case "Page.frameScheduledNavigation":
        if (params.frameId === this.targetId) this.load.intend(params.delay < 1);
        return;
      case "Page.frameStoppedLoading":
        if (params.frameId === this.targetId && this.load.stop()) this.#listener.loaded(this);
        return;
      case "Page.lifecycleEvent":
        if (params.frameId !== this.targetId) return;
        if (this.load.reach(params.loaderId, params.name)) this.#listener.loaded(this);
        return;
      case "Page.javascriptDialogOpening":
        return this.#answer(channel, params.type, params.message);
      case "Page.windowOpen":
        return this.#listener.opening(this, params.url);
      case "Fetch.requestPaused":
        return this.onRequest(params.requestId);
      case "Inspector.targetCrashed":
        if (channel === this.channel) this.crash();
        return;
      case "Target.attachedToTarget":
        if (params.targetInfo.type === "iframe") {
          this.#adopt(
            this.#wire.open(params.sessionId),
            params.targetInfo.targetId,
            params.sessionId,
          );
        }
        return;
      case "Target.detachedFromTarget":
        return this.#dropSession(channel, params.sessionId);
      default:
    }
  }

  /** So much to hear of one page would drown all others. */
  #floods(): boolean {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#restless.second) this.#restless = { second, moves: 0 };
    this.#restless.moves += 1;
    return this.#restless.moves > MAX_MOVES_PER_SECOND;
  }

  #committed(channel: Channel, frame: FrameInfo, type: string): void {
    const session = this.sessions.get(channel.number);
    if (session?.rootFrameId === frame.id) session.epoch += 1;
    this.#place(channel, frame);
    if (frame.id !== this.targetId) return;
    for (const known of this.frames.values()) {
      if (known.id !== frame.id) this.frames.delete(known.id);
    }
    this.#moveTo(frame);
    // A page that is back from the cache was not asked for again.
    const known = this.#posted.get(frame.loaderId);
    this.posted = known ?? this.method !== "GET";
    this.#posted.set(frame.loaderId, this.posted);
    const [oldest] = this.#posted.keys();
    if (oldest !== undefined && this.#posted.size > MAX_REMEMBERED) this.#posted.delete(oldest);
    const complete = this.load.commit(frame.loaderId, type === "BackForwardCacheRestore");
    this.#listener.navigated(this);
    if (complete) this.#listener.loaded(this);
  }

  #place(channel: Channel, frame: FrameInfo): void {
    const known = this.frames.get(frame.id);
    const parentId = frame.parentId ?? known?.parentId;
    this.frames.set(frame.id, {
      id: frame.id,
      ...(parentId === undefined ? {} : { parentId }),
      url: frame.url,
      domain: frame.domainAndRegistry,
      channel,
    });
  }

  #moveTo(frame: FrameInfo): void {
    this.failed = frame.unreachableUrl !== undefined;
    this.url = (frame.unreachableUrl ?? frame.url) + (frame.urlFragment ?? "");
    this.title = "";
  }

  #answer(channel: Channel, kind: string, message: string): void {
    const accept = kind === "alert" || kind === "beforeunload";
    channel.tell("Page.handleJavaScriptDialog", { accept });
    this.#listener.dialog(this, kind, message, accept ? "accepted" : "dismissed");
  }

  /** A frame gave up its process, or left; its parent speaks for it again. */
  #dropSession(parent: Channel, sessionId: string): void {
    for (const [number, { channel }] of this.sessions) {
      if (channel.sessionId !== sessionId) continue;
      this.sessions.delete(number);
      for (const frame of this.frames.values()) {
        if (frame.channel === channel) frame.channel = parent;
      }
    }
    this.#wire.detach(sessionId);
  }
}
