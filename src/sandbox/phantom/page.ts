import type { RunEvent } from "../../domain/ports.ts";
import type { Mailbox, Urgency } from "../mailbox.ts";
import { Frames, type FrameInfo } from "./frames.ts";
import { inPageSetup } from "./in-page.ts";
import type { LocalFiles } from "./local-files.ts";
import { type CdpEvent, type Send, tell } from "./protocol.ts";
import type { PageSettings } from "./settings.ts";
import { traceOf, wordsOf } from "./trace.ts";

/** How long the end of a document's request is waited for after its page is there. */
const DOCUMENT_MS = 2_000;
/** How long a navigation that was asked for may take to begin. */
const BEGIN_MS = 1_000;

/** Qt's words for how a navigation came about. */
const NAVIGATION_TYPES: Record<string, string> = {
  anchorClick: "LinkClicked",
  formSubmissionGet: "FormSubmitted",
  formSubmissionPost: "FormSubmitted",
  reload: "Reload",
};

export interface PageOptions {
  id: number;
  targetId: string;
  /** Session of the page's own process, and how others are made. */
  send: Send;
  sessionFor: (sessionId: string) => Send;
  mailbox: Mailbox;
  /** What tells a call of `callPhantom` from a prompt. */
  token: string;
  local: LocalFiles;
  tell: (event: RunEvent) => void;
}

export interface NextDocument {
  method: string;
  headers: Record<string, string>;
  data: string | null;
  /** In place of what the network has. */
  content?: string;
}

/** One page: its state as PhantomJS has it, and its events turned into callbacks. */
export class Page {
  readonly id: number;
  readonly targetId: string;
  readonly send: Send;
  readonly frames: Frames;
  settings: PageSettings | null = null;
  viewport = { width: 400, height: 300 };
  zoom = 1;
  customHeaders: Record<string, string> = {};
  /** What the next document alone is asked for with, or given instead of it. */
  next: NextDocument | null = null;
  /** Callbacks that the page waits for. */
  listens = new Set<string>();
  locked = false;
  loading = false;
  closed = false;
  /** Address as the script sees it; a page that could not be loaded has none. */
  url = "about:blank";
  readonly #options: PageOptions;
  #failed = false;
  /** A navigation was asked for and has not begun. */
  #awaited: PromiseWithResolvers<void> | null = null;
  /** Address of a navigation that the script itself has begun and announced. */
  #announced = false;
  #dialog = false;
  readonly #loadingFrames = new Set<string>();
  #document: PromiseWithResolvers<void> | null = null;

  constructor(options: PageOptions) {
    this.id = options.id;
    this.targetId = options.targetId;
    this.send = options.send;
    this.#options = options;
    this.frames = new Frames(options.targetId, options.send);
  }

  /** Makes the page ready, in one round trip. */
  async setUp(): Promise<void> {
    const { send } = this;
    const setup = this.#setup();
    await Promise.all([
      send("Page.enable"),
      send("Runtime.enable"),
      send("Network.enable"),
      send("Page.addScriptToEvaluateOnNewDocument", { source: setup }),
      this.applyViewport(),
      send("Target.setAutoAttach", {
        autoAttach: true,
        waitForDebuggerOnStart: true,
        flatten: true,
        filter: [{ type: "iframe" }, { exclude: true }],
      }),
      send("Runtime.runIfWaitingForDebugger"),
    ]);
    tell(send, "Runtime.evaluate", { expression: setup });
  }

  async applyViewport(): Promise<void> {
    const { width, height } = this.viewport;
    await this.send("Emulation.setDeviceMetricsOverride", {
      width: Math.max(1, Math.round(width)),
      height: Math.max(1, Math.round(height)),
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  /** The script opens an address: what it must hear of that comes before the browser's word. */
  begin(url: string): void {
    this.#announced = true;
    this.#failed = false;
    this.notify("onNavigationRequested", [url, "Other", true, true]);
  }

  /** How the document that is opened now is asked for. */
  openWith(how: Pick<NextDocument, "method" | "headers" | "data">): void {
    // Scripts take the page's headers back as soon as they have opened it.
    const headers = { ...this.customHeaders, ...how.headers };
    this.next = { ...this.next, ...how, headers };
  }

  /** The document that is opened next comes from the script. */
  stand(content: string): void {
    this.next = { method: "GET", headers: {}, data: null, content };
  }

  /** Takes on the settings that count from now on. */
  async use(settings: PageSettings, userAgent: string): Promise<void> {
    const before = this.settings;
    this.settings = settings;
    const agent = settings.userAgent ?? userAgent;
    if (agent !== (before?.userAgent ?? null)) {
      await this.send("Emulation.setUserAgentOverride", { userAgent: agent });
    }
    const disabled = settings.javascriptEnabled === false;
    if (disabled !== (before?.javascriptEnabled === false)) {
      await this.send("Emulation.setScriptExecutionDisabled", { value: disabled });
    }
  }

  /** An address could not be opened. */
  fail(): void {
    this.#failed = true;
    this.#announced = false;
    if (this.loading) return;
    this.notify("onLoadStarted", []);
    this.notify("onLoadFinished", ["fail"]);
  }

  /** The browser did not go where it was told to: no document came, or it was there already. */
  refused(errorText: string | undefined): void {
    this.#announced = false;
    if (errorText !== undefined && !this.loading && this.#failed) return;
    if (errorText === undefined) {
      this.notify("onLoadStarted", []);
      this.notify("onLoadFinished", ["success"]);
    }
  }

  /** The main document could not be had. */
  documentFailed(): void {
    this.#failed = true;
  }

  notify(name: string, args: unknown[], urgency: Urgency | null = null): void {
    this.#options.mailbox.tell({ kind: "page", page: this.id, name, args }, urgency);
  }

  ask(name: string, args: unknown[], urgency: Urgency): Promise<unknown> {
    return this.#options.mailbox.ask({ kind: "page", page: this.id, name, args }, urgency);
  }

  /** Waits until a navigation that the page was just told to make has begun. */
  async settled(): Promise<void> {
    if (!this.#awaited) return;
    const begun = this.#awaited.promise;
    const timer = setTimeout(() => this.#begun(), BEGIN_MS);
    await begun;
    clearTimeout(timer);
  }

  /** @param send The session that the event came on. */
  hear(event: CdpEvent, send: Send): void {
    const { method, params } = event;
    switch (method) {
      case "Runtime.executionContextCreated": {
        const { id, auxData } = params.context;
        const { frameId, isDefault } = auxData as { frameId: string; isDefault: boolean };
        if (isDefault) this.frames.contextCreated(frameId, id, send);
        break;
      }
      case "Runtime.executionContextDestroyed":
        this.frames.contextDestroyed(params.executionContextId, send);
        break;
      case "Runtime.executionContextsCleared":
        this.frames.contextsCleared(send);
        break;
      case "Page.frameAttached":
        this.frames.attach(params.frameId, params.parentFrameId, send);
        break;
      case "Page.frameDetached":
        // One that moves to another process lives on.
        if (params.reason === "swap") break;
        this.frames.detach(params.frameId);
        this.#stopLoading(params.frameId);
        break;
      case "Page.frameRequestedNavigation":
        if (params.disposition === "currentTab") {
          this.#requested(params.frameId, params.url, params.reason);
        }
        break;
      case "Page.frameScheduledNavigation":
        if (params.delay === 0) this.#await();
        break;
      case "Page.frameClearedScheduledNavigation":
        if (!this.loading) this.#begun();
        break;
      case "Page.frameStartedLoading":
        this.#startLoading(params.frameId);
        break;
      case "Page.frameNavigated":
        this.#navigated(params.frame as FrameInfo, send);
        break;
      case "Page.navigatedWithinDocument":
        this.#movedWithin(params.frameId, params.url);
        break;
      case "Page.frameStoppedLoading":
        this.#stopLoading(params.frameId);
        break;
      case "Page.javascriptDialogOpening":
        void this.#answerDialog(params, send);
        break;
      case "Runtime.consoleAPICalled": {
        const text = wordsOf(params.args);
        const [frame] = params.stackTrace?.callFrames ?? [];
        this.notify("onConsoleMessage", [text, (frame?.lineNumber ?? -1) + 1, frame?.url ?? ""]);
        break;
      }
      case "Runtime.exceptionThrown":
        this.notify("onError", traceOf(params.exceptionDetails));
        break;
      default:
    }
  }

  /** @returns The session of a frame that lives in a process of its own. */
  adopt(sessionId: string, frameId: string): Send {
    const send = this.#options.sessionFor(sessionId);
    const frame = this.frames.has(frameId);
    if (!frame) this.frames.attach(frameId, this.targetId, send);
    const setup = this.#setup();
    tell(send, "Page.enable");
    tell(send, "Runtime.enable");
    tell(send, "Network.enable");
    tell(send, "Page.addScriptToEvaluateOnNewDocument", { source: setup });
    tell(send, "Runtime.runIfWaitingForDebugger");
    return send;
  }

  #setup(): string {
    const { token, local } = this.#options;
    return inPageSetup({ token, filesOrigin: local.origin });
  }

  #requested(frameId: string, url: string, reason: string): void {
    const isMain = frameId === this.targetId;
    const type = NAVIGATION_TYPES[reason] ?? "Other";
    const shown = this.#options.local.shown(url);
    this.notify("onNavigationRequested", [shown, type, !(isMain && this.locked), isMain]);
    if (!this.locked) this.#await();
  }

  #await(): void {
    if (this.loading) return;
    this.#awaited ??= Promise.withResolvers<void>();
  }

  #begun(): void {
    this.#awaited?.resolve();
    this.#awaited = null;
  }

  /** A page loads for as long as any of its frames does. */
  #startLoading(frameId: string): void {
    this.#loadingFrames.add(frameId);
    if (this.loading) return;
    this.loading = true;
    if (!this.#announced) this.#failed = false;
    this.#announced = false;
    this.notify("onLoadStarted", []);
    this.#begun();
  }

  #navigated(frame: FrameInfo, send: Send): void {
    this.frames.commit(frame, send);
    // Frames of the document before are gone, be they done or not.
    for (const id of this.#loadingFrames) {
      if (!this.frames.has(id)) this.#loadingFrames.delete(id);
    }
    if (frame.parentId !== undefined) return;
    if (frame.unreachableUrl !== undefined) {
      this.#failed = true;
      return;
    }
    this.url = this.#options.local.shown(frame.url + (frame.urlFragment ?? ""));
    this.#options.tell({ type: "navigation", url: this.url });
    this.notify("onUrlChanged", [this.url]);
    this.notify("onInitialized", []);
  }

  #movedWithin(frameId: string, url: string): void {
    if (frameId !== this.targetId) return;
    this.url = this.#options.local.shown(url);
    this.notify("onNavigationRequested", [this.url, "Other", true, true]);
    this.notify("onUrlChanged", [this.url]);
  }

  #stopLoading(frameId: string): void {
    if (!this.#loadingFrames.delete(frameId) || this.#loadingFrames.size > 0) return;
    this.#begun();
    if (!this.#document) return this.#finishLoading();
    // The browser may be done before it has told all of the document's request.
    const { promise } = this.#document;
    void Promise.race([promise, scheduler.wait(DOCUMENT_MS)]).then(() => {
      if (this.#loadingFrames.size === 0) this.#finishLoading();
    });
    return undefined;
  }

  /** The main document is asked for. */
  documentAsked(): void {
    this.#document ??= Promise.withResolvers<void>();
  }

  /** All that is to be told of that request has been. */
  documentTold(): void {
    this.#document?.resolve();
    this.#document = null;
  }

  #finishLoading(): void {
    if (!this.loading) return;
    this.loading = false;
    if (!this.#failed) this.#options.tell({ type: "page_load", url: this.url });
    this.notify("onLoadFinished", [this.#failed ? "fail" : "success"]);
    this.#failed = false;
  }

  /** `callPhantom` comes as a prompt, for nothing else of a page's stands still until it is told. */
  async #answerDialog(
    dialog: { type: string; message: string; defaultPrompt?: string },
    send: Send,
  ): Promise<void> {
    const { type, message, defaultPrompt = "" } = dialog;
    let answer: { accept: boolean; promptText?: string } = { accept: true };
    this.#dialog = true;
    if (type === "alert") {
      await this.ask("onAlert", [message], "now");
    } else if (type === "prompt" && message === this.#options.token) {
      const value = this.listens.has("onCallback")
        ? await this.ask("onCallback", [JSON.parse(defaultPrompt)], "now")
        : null;
      answer =
        value === null ? { accept: false } : { accept: true, promptText: JSON.stringify(value) };
    } else if (type === "confirm") {
      const value = this.listens.has("onConfirm")
        ? await this.ask("onConfirm", [message], "now")
        : true;
      answer = { accept: value === true };
    } else if (type === "prompt") {
      const value = this.listens.has("onPrompt")
        ? await this.ask("onPrompt", [message, defaultPrompt], "now")
        : defaultPrompt;
      answer = typeof value === "string" ? { accept: true, promptText: value } : { accept: false };
    }
    this.#dialog = false;
    tell(send, "Page.handleJavaScriptDialog", answer);
  }

  /** The page stands still: nothing else can be asked of it. */
  get inDialog(): boolean {
    return this.#dialog;
  }
}
