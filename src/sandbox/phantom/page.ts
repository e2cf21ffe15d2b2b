import type { RunEvent } from "../../domain/ports.ts";
import type { Mailbox, Urgency } from "../mailbox.ts";
import { answerDialog, type Dialog } from "./dialogs.ts";
import { Frames, type FrameInfo } from "./frames.ts";
import { inPageSetup } from "./in-page.ts";
import { Loading } from "./loading.ts";
import type { LocalFiles } from "./local-files.ts";
import { attachTo, type CdpEvent, type Send, tell } from "./protocol.ts";
import type { PageSettings } from "./settings.ts";
import { traceOf, wordsOf } from "./trace.ts";

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
  closed = false;
  /** Name that a pop-up was opened under: until it has a document it cannot be asked. */
  openedAs: string | null = null;
  /** Names of the pop-ups that it opens just now, in order. */
  readonly opening: string[] = [];
  readonly loading: Loading;
  /** Address as the script sees it; a page that could not be loaded has none. */
  url = "about:blank";
  readonly #options: PageOptions;

  constructor(options: PageOptions) {
    this.id = options.id;
    this.targetId = options.targetId;
    this.send = options.send;
    this.#options = options;
    this.frames = new Frames(options.targetId, options.send);
    this.loading = new Loading(options.targetId, {
      started: () => this.notify("onLoadStarted", []),
      finished: (success) => {
        if (success) options.tell({ type: "page_load", url: this.url });
        this.notify("onLoadFinished", [success ? "success" : "fail"]);
      },
    });
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
      send("Target.setAutoAttach", attachTo("iframe", "worker")),
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

  /**
   * The script makes the page go somewhere: what it must hear of that comes before the browser's
   * word. @returns For `loading.refused`.
   */
  begin(url: string, type = "Other"): number {
    this.notify("onNavigationRequested", [url, type, true, true]);
    return this.loading.begin();
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

  notify(name: string, args: unknown[], urgency: Urgency | null = null): void {
    this.#options.mailbox.tell({ kind: "page", page: this.id, name, args }, urgency);
  }

  ask(name: string, args: unknown[], urgency: Urgency): Promise<unknown> {
    return this.#options.mailbox.ask({ kind: "page", page: this.id, name, args }, urgency);
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
        this.loading.frameStopped(params.frameId);
        break;
      case "Page.frameRequestedNavigation":
        if (params.disposition === "currentTab") {
          this.#requested(params.frameId, params.url, params.reason);
        }
        break;
      case "Page.frameScheduledNavigation":
        if (params.delay === 0) this.loading.ask();
        break;
      case "Page.frameClearedScheduledNavigation":
        this.loading.unask();
        break;
      case "Page.frameStartedLoading":
        this.loading.frameStarted(params.frameId);
        break;
      case "Page.frameNavigated":
        this.#navigated(params.frame as FrameInfo, send);
        break;
      case "Page.navigatedWithinDocument":
        this.#movedWithin(params.frameId, params.url);
        break;
      case "Page.frameStoppedLoading":
        this.loading.frameStopped(params.frameId);
        break;
      case "Page.windowOpen":
        this.opening.push(params.windowName);
        break;
      case "Page.javascriptDialogOpening":
        void this.#answer(params, send);
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
    tell(send, "Target.setAutoAttach", attachTo("iframe", "worker"));
    tell(send, "Runtime.runIfWaitingForDebugger");
    return send;
  }

  #setup(): string {
    const { token, local } = this.#options;
    return inPageSetup({ token, filesOrigin: local.origin });
  }

  /** Whatever comes of it, the page does not stand still for ever. */
  async #answer(dialog: Dialog, send: Send): Promise<void> {
    const refusal = { accept: false };
    const answer = await answerDialog(this, dialog, this.#options.token).catch(() => refusal);
    tell(send, "Page.handleJavaScriptDialog", answer);
  }

  #requested(frameId: string, url: string, reason: string): void {
    const isMain = frameId === this.targetId;
    const type = NAVIGATION_TYPES[reason] ?? "Other";
    const shown = this.#options.local.shown(url);
    this.notify("onNavigationRequested", [shown, type, !(isMain && this.locked), isMain]);
    if (!this.locked) this.loading.ask();
  }

  #navigated(frame: FrameInfo, send: Send): void {
    this.frames.commit(frame, send);
    if (frame.parentId !== undefined) return;
    if (frame.unreachableUrl === undefined) this.#arrived(frame);
    else this.loading.documentFailed();
    this.loading.committed((id) => this.frames.has(id));
  }

  #arrived(frame: FrameInfo): void {
    this.openedAs = null;
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
    this.loading.committed((id) => this.frames.has(id));
  }
}
