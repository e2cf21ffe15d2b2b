import { Fault } from "../../domain/errors.ts";
import type { BrowserNotice } from "../../domain/ports.ts";
import type { CdpEvent, Wire } from "./cdp.ts";
import type { Interception } from "./interception.ts";
import { within } from "./limit.ts";
import { Tab, type TabListener } from "./tab.ts";

/**
 * The open pages of one browser. The last one of the stack is current: a page that the current
 * one opens is put on top, and a closed one gives way to its opener.
 */
export class Tabs implements TabListener {
  readonly #wire: Wire;
  readonly #notify: (notice: BrowserNotice) => void;
  readonly #all = new Map<string, Tab>();
  #stack: Tab[] = [];
  /** Where the next page to be attached is going, as its opener announced it. */
  #announced: string | undefined;
  /** Set while a page is made that nobody shall see. */
  #hiding: ((tab: Tab) => void) | undefined;
  #hidden = new Set<Tab>();
  #waiters = new Set<() => void>();
  #replacing = false;
  /** We are on our way out: pages that go now are no news. */
  #leaving = false;

  readonly #interception: Interception;

  constructor(wire: Wire, interception: Interception, notify: (notice: BrowserNotice) => void) {
    this.#wire = wire;
    this.#interception = interception;
    this.#notify = notify;
    wire.root.onEvent = (event) => this.#hear(event);
    interception.onRequest = (frameId, method) => {
      const tab = this.#all.get(frameId);
      if (tab) tab.method = method;
    };
    interception.onRefused = (frameId) => {
      const tab = this.#all.get(frameId);
      // A pop-up that was opened for nothing else would stay empty, and in front.
      if (tab?.openerId !== undefined && /^(about:blank)?$/.test(tab.url)) {
        wire.root.tell("Target.closeTarget", { targetId: tab.targetId });
      }
    };
  }

  get current(): Tab | undefined {
    return this.#stack.at(-1);
  }

  get open(): readonly Tab[] {
    return this.#stack;
  }

  /** A page by its main frame. */
  byFrame(frameId: string): Tab | undefined {
    return this.#all.get(frameId);
  }

  /** Attaches to the pages that are there and to all that will come; makes one if there is none. */
  async start(signal: AbortSignal): Promise<void> {
    const { send } = this.#wire.root;
    const listed = send("Target.getTargets");
    await within(
      signal,
      Promise.all([
        listed,
        send("Target.setDiscoverTargets", { discover: true }),
        send("Target.setAutoAttach", {
          autoAttach: true,
          // A pop-up waits until all is set up for it, its first request included.
          waitForDebuggerOnStart: true,
          flatten: true,
          filter: [{ type: "page" }, { exclude: true }],
        }),
      ]),
    );
    const { targetInfos } = await listed;
    if (!targetInfos.some(({ type }) => type === "page")) await this.#openBlank();
    await this.front(signal);
  }

  /** Lets go of all pages, which stay open; nothing that happens to them is news any more. */
  async release(): Promise<void> {
    this.#leaving = true;
    const { send } = this.#wire.root;
    await Promise.all([
      send("Fetch.disable"),
      send("Target.setDiscoverTargets", { discover: false }),
      send("Target.setAutoAttach", {
        autoAttach: false,
        waitForDebuggerOnStart: false,
        flatten: true,
      }),
      ...[...this.#all.values()].map(async ({ channel: { sessionId } }) => {
        if (sessionId) await send("Target.detachFromTarget", { sessionId });
      }),
    ]);
  }

  /** The current page, once it obeys. */
  async front(signal: AbortSignal): Promise<Tab> {
    for (;;) {
      while (!this.current) await this.#change(signal);
      const tab = this.current;
      try {
        await within(signal, tab.ready);
      } catch (error) {
        if (tab === this.current && !tab.closed) throw error;
      }
      if (tab.crashed) throw new Fault("UNAVAILABLE", "The page's process died.");
      if (tab === this.current) return tab;
    }
  }

  /** Waits until nothing is loading in the current page, whichever that is by then. */
  async settled(signal: AbortSignal): Promise<Tab> {
    for (;;) {
      const tab = await this.front(signal);
      try {
        await tab.load.settled(signal);
        if (tab === this.current) return tab;
      } catch (error) {
        if (!tab.closed) throw error;
      }
    }
  }

  /** Runs `work` with a blank page beside the stack. */
  async aside<T>(signal: AbortSignal, work: (tab: Tab) => Promise<T>): Promise<T> {
    const attached = new Promise<Tab>((resolve) => {
      this.#hiding = resolve;
    });
    const { targetId } = await within(
      signal,
      this.#wire.root.send("Target.createTarget", { url: "about:blank", background: true }),
    );
    try {
      const tab = await within(signal, attached);
      await within(signal, tab.ready);
      return await work(tab);
    } finally {
      this.#hiding = undefined;
      this.#wire.root.tell("Target.closeTarget", { targetId });
    }
  }

  dialog(_tab: Tab, kind: string, message: string, answer: "accepted" | "dismissed"): void {
    this.#notify({ type: "dialog", kind, message, answer });
  }

  navigated(tab: Tab): void {
    if (tab === this.current && !tab.failed) this.#notify({ type: "navigation", url: tab.url });
  }

  loading(tab: Tab): void {
    if (tab === this.current) this.#notify({ type: "loading" });
  }

  loaded(tab: Tab): void {
    if (tab !== this.current) return;
    const { document } = tab.load;
    const told = () => {
      if (tab !== this.current || tab.load.document !== document || tab.load.pending) return;
      this.#notify({ type: "ready", url: tab.url, title: tab.title });
    };
    // The browser knows the title by now; a page stuck in a script could not be asked for it.
    this.#wire.root
      .send("Target.getTargetInfo", { targetId: tab.targetId })
      .then(({ targetInfo }) => tab.describe(targetInfo))
      .then(told, told);
  }

  crashed(tab: Tab): void {
    if (tab === this.current) this.#notify({ type: "crashed" });
    else this.#wire.root.tell("Target.closeTarget", { targetId: tab.targetId });
  }

  opening(_tab: Tab, url: string): void {
    this.#announced = url;
  }

  #hear({ method, params }: CdpEvent): void {
    switch (method) {
      case "Target.attachedToTarget":
        if (params.targetInfo.type === "page") {
          this.#attached(params.sessionId, params.targetInfo, !params.waitingForDebugger);
        }
        return;
      case "Target.detachedFromTarget":
        for (const tab of this.#all.values()) {
          if (tab.channel.sessionId === params.sessionId) this.#closed(tab);
        }
        return;
      case "Target.targetInfoChanged":
        this.#all.get(params.targetInfo.targetId)?.describe(params.targetInfo);
        return;
      case "Target.targetCrashed":
        this.#all.get(params.targetId)?.crash();
        return;
      default:
        this.#interception.hear({ method, params } as CdpEvent);
    }
  }

  #attached(sessionId: string, info: TargetInfo, existing: boolean): void {
    const channel = this.#wire.open(sessionId);
    const tab = new Tab(this.#wire, channel, info, this, existing);
    this.#all.set(info.targetId, tab);
    if (this.#hiding && info.openerId === undefined) {
      this.#hidden.add(tab);
      this.#hiding(tab);
      this.#hiding = undefined;
      return;
    }
    const opener = this.#stack.findIndex(({ targetId }) => targetId === info.openerId);
    if (opener >= 0 && opener < this.#stack.length - 1) {
      // Opened behind the current page's back: it waits right above its opener.
      this.#stack.splice(opener + 1, 0, tab);
    } else {
      this.#stack.push(tab);
      if (!existing) channel.tell("Page.bringToFront");
    }
    if (!existing && !this.#replacing) {
      this.#notify({ type: "page_opened", url: this.#announced || info.url || "about:blank" });
    }
    this.#announced = undefined;
    this.#replacing = false;
    this.#wake();
  }

  #closed(tab: Tab): void {
    if (this.#leaving) return;
    const wasCurrent = tab === this.current;
    tab.close();
    this.#all.delete(tab.targetId);
    if (this.#hidden.delete(tab)) return;
    this.#stack = this.#stack.filter((other) => other !== tab);
    this.#notify({ type: "page_closed", url: tab.url });
    if (!wasCurrent) return this.#wake();
    const opener = this.#stack.find(({ targetId }) => targetId === tab.openerId);
    if (opener) this.#stack = [...this.#stack.filter((other) => other !== opener), opener];
    const next = this.current;
    if (next) {
      next.channel.tell("Page.bringToFront");
      if (next.load.complete) this.loaded(next);
      else this.#notify({ type: "loading" });
    } else {
      this.#openBlank().catch(() => {});
    }
    this.#wake();
  }

  /** A browser always has a page to work in; this one opens without a word. */
  async #openBlank(): Promise<void> {
    this.#replacing = true;
    await this.#wire.root.send("Target.createTarget", { url: "about:blank" });
  }

  #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.add(resolve);
    return within(signal, promise).finally(() => this.#waiters.delete(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
  }
}

interface TargetInfo {
  targetId: string;
  url: string;
  openerId?: string;
}
