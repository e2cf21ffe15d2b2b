import type { CDPEvents } from "@cloudflare/puppeteer";
import type { DevTools, RunWorld } from "../../domain/ports.ts";
import type { Mailbox } from "../mailbox.ts";
import { inPageDoors } from "./in-page.ts";
import type { LocalFiles } from "./local-files.ts";
import { Network } from "./network.ts";
import { Page } from "./page.ts";
import { attachTo, type CdpEvent, type Send, sessionOf, tell } from "./protocol.ts";
import { Servers } from "./servers.ts";

/** How long a page may take to come. */
const ATTACH_MS = 30_000;
/** Pages that one run may have open at once. */
const MAX_PAGES = 20;

export interface BrowserOptions {
  devTools: DevTools;
  mailbox: Mailbox;
  assertAllowed: RunWorld["assertAllowed"];
  tell: RunWorld["tell"];
  /** Something that no page can guess. */
  token: string;
  local: LocalFiles;
}

/** The run's browser: its pages, by the numbers that the guest knows them by. */
export class PhantomBrowser {
  readonly root: Send;
  readonly servers: Servers;
  /** As scripts find it in `phantom.defaultPageSettings`. */
  userAgent = "";
  readonly #options: BrowserOptions;
  readonly #network: Network;
  readonly #pages = new Map<number, Page>();
  /** By the id of its target, which is its main frame's too. */
  readonly #targets = new Map<string, Page>();
  readonly #sessions = new Map<string, { page: Page; send: Send }>();
  readonly #expected = new Map<string, (page: Page) => void>();
  readonly #made = new Map<string, Page>();
  /** A blank page that the browser began with. */
  #spare: string | undefined;
  #count = 0;
  /** Ends what pages have been asked and will not answer, by target. */
  readonly #gone = new Map<string, () => void>();
  readonly #challenged = new Set<string>();

  constructor(options: BrowserOptions) {
    this.#options = options;
    this.root = sessionOf(options.devTools);
    this.servers = new Servers(options.mailbox);
    this.#network = new Network({
      send: this.root,
      servers: this.servers,
      local: options.local,
      token: options.token,
      assertAllowed: options.assertAllowed,
      pageOf: (frameId) => this.#byFrame(frameId),
    });
  }

  async start(): Promise<void> {
    this.#options.devTools.onEvent((event) => this.#hear(event as unknown as CdpEvent));
    const [version, , , { targetInfos }] = await Promise.all([
      this.root("Browser.getVersion"),
      this.#network.start(),
      this.root("Browser.setDownloadBehavior", { behavior: "deny" }),
      this.root("Target.getTargets"),
      this.root("Target.setDiscoverTargets", { discover: true }),
      // A pop-up waits until all is set up for it, its first request included.
      this.root("Target.setAutoAttach", attachTo("page")),
    ]);
    this.#spare = targetInfos.find(({ type }) => type === "page")?.targetId;
    // What sites ask is answered as today's browser, and scripts find the name they look for.
    this.userAgent = version.userAgent
      .replace("HeadlessChrome/", "Chrome/")
      .replace(" Chrome/", " PhantomJS/2.1.1 Chrome/");
  }

  /** @throws Error where there are too many. */
  async create(): Promise<Page> {
    if (this.#pages.size >= MAX_PAGES)
      throw new Error(`A run has at most ${MAX_PAGES} pages open.`);
    const spare = this.#spare;
    this.#spare = undefined;
    const { targetId } =
      spare === undefined
        ? await this.root("Target.createTarget", { url: "about:blank" })
        : { targetId: spare };
    const made = this.#made.get(targetId);
    this.#made.delete(targetId);
    return made ?? this.#expect(targetId);
  }

  async #expect(targetId: string): Promise<Page> {
    const { promise, resolve } = Promise.withResolvers<Page>();
    this.#expected.set(targetId, resolve);
    const page = await Promise.race([promise, scheduler.wait(ATTACH_MS)]);
    if (!page) throw new Error("The browser does not make a page.");
    return page;
  }

  get(id: unknown): Page {
    const page = this.#pages.get(Number(id));
    if (!page) throw new Error("The page is closed.");
    return page;
  }

  async close(page: Page): Promise<void> {
    page.closed = true;
    this.#pages.delete(page.id);
    this.#targets.delete(page.targetId);
    await this.root("Target.closeTarget", { targetId: page.targetId }).catch(() => {});
  }

  /** A page's session, for what only pages can be asked. */
  async anySession(): Promise<Send> {
    const [page] = this.#pages.values();
    return (page ?? (await this.create())).send;
  }

  #hear(event: CdpEvent): void {
    const { method, params } = event;
    switch (method) {
      case "Target.attachedToTarget":
        this.#attached(params, event.sessionId);
        return;
      case "Target.detachedFromTarget":
        this.#sessions.delete(params.sessionId);
        return;
      case "Target.targetDestroyed":
        this.#destroyed(params.targetId);
        return;
      case "Target.targetCrashed":
        this.#targets.get(params.targetId)?.notify("onError", ["The page's process died.", []]);
        this.#destroyed(params.targetId);
        return;
      case "Fetch.requestPaused":
        void this.#network.hold(params);
        return;
      case "Fetch.authRequired":
        this.#network.authenticate(params, this.#challenged.has(params.requestId));
        this.#challenged.add(params.requestId);
        return;
      default:
    }
    const session = event.sessionId === undefined ? undefined : this.#sessions.get(event.sessionId);
    if (!session || session.page.closed) return;
    if (method.startsWith("Network.")) this.#network.hear(session.page, event);
    else session.page.hear(event, session.send);
  }

  #attached(params: CDPEvents["Target.attachedToTarget"], parentId: string | undefined): void {
    const { sessionId, targetInfo } = params;
    const { targetId, type } = targetInfo;
    if (type === "iframe") {
      const parent = parentId === undefined ? undefined : this.#sessions.get(parentId)?.page;
      if (!parent) return;
      const send = parent.adopt(sessionId, targetId);
      this.#sessions.set(sessionId, { page: parent, send });
      return;
    }
    if (type === "worker") {
      this.#beginWorker(sessionOf(this.#options.devTools, sessionId));
      return;
    }
    if (type !== "page" || this.#targets.has(targetId)) return;
    const gone = Promise.withResolvers<never>();
    gone.promise.catch(() => {});
    const send = sessionOf(this.#options.devTools, sessionId, gone.promise);
    if (this.#pages.size >= MAX_PAGES) {
      // Its opener stands still as long as it does.
      tell(send, "Runtime.runIfWaitingForDebugger");
      tell(this.root, "Target.closeTarget", { targetId });
      return;
    }
    this.#gone.set(targetId, () => gone.reject(new Error("The page is closed.")));
    const page = new Page({
      id: ++this.#count,
      targetId,
      send,
      sessionFor: (id) => sessionOf(this.#options.devTools, id),
      mailbox: this.#options.mailbox,
      token: this.#options.token,
      local: this.#options.local,
      tell: this.#options.tell,
    });
    this.#targets.set(targetId, page);
    this.#pages.set(page.id, page);
    this.#sessions.set(sessionId, { page, send });
    const opener = targetInfo.openerId ? this.#targets.get(targetInfo.openerId) : undefined;
    if (opener) {
      page.settings = opener.settings;
      page.viewport = { ...opener.viewport };
      page.openedAs = opener.opening.shift() ?? "";
      // Its first requests wait for the script's word, which comes after it was told of the page.
      page.listens = new Set(opener.listens);
    }
    void this.#ready(page, opener);
  }

  /** A worker stands still until it is told to go on, and so do those that it makes. */
  #beginWorker(send: Send): void {
    tell(send, "Target.setAutoAttach", attachTo("worker"));
    tell(send, "Runtime.evaluate", { expression: inPageDoors(this.#options.token) });
    tell(send, "Runtime.runIfWaitingForDebugger");
  }

  async #ready(page: Page, opener: Page | undefined): Promise<void> {
    opener?.notify("onPageCreated", [page.id]);
    try {
      await page.setUp();
    } catch {
      // A page that its opener closes again at once is not ready for anything.
      return;
    }
    if (opener) return;
    const { targetId } = page;
    const expected = this.#expected.get(targetId);
    this.#expected.delete(targetId);
    if (expected) expected(page);
    else this.#made.set(targetId, page);
  }

  #destroyed(targetId: string): void {
    this.#gone.get(targetId)?.();
    this.#gone.delete(targetId);
    const page = this.#targets.get(targetId);
    if (!page || page.closed) return;
    page.closed = true;
    this.#targets.delete(targetId);
    this.#pages.delete(page.id);
    page.notify("onClosing", []);
  }

  #byFrame(frameId: string): Page | undefined {
    const page = this.#targets.get(frameId);
    if (page) return page;
    return [...this.#pages.values()].find(({ frames }) => frames.has(frameId));
  }
}
