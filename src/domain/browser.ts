import type { SessionEvent } from "./event.ts";
import type { Page } from "./page.ts";

/* The browser, as the session object holds it. */

export interface BrowserLauncher {
  /**
   * A fresh browser with one blank page. Rejects with a `Fault` LIMIT_REACHED when the platform
   * has none free just now (its concurrency or its rate of launches), UNAVAILABLE otherwise.
   */
  launch(): Promise<Browser>;
  /** Joins a browser that is still alive, by its id; null when it is gone. */
  join(id: string): Promise<Browser | null>;
  /** A fresh browser, bare. Rejects as {@link launch} does. */
  devTools(): Promise<DevTools>;
}

/**
 * A browser by its protocol alone (CDP, "flat" sessions): for what works it command by command.
 * Nothing is judged or answered on the way; who holds it has to.
 */
export interface DevTools {
  readonly id: string;
  readonly connected: boolean;
  /** Rejects with a `Fault` UNAVAILABLE when the browser is gone, with the browser's words otherwise. */
  send(method: string, params?: object, sessionId?: string): Promise<unknown>;
  /** One listener; events come in order. */
  onEvent(listener: (event: DevToolsEvent) => void): void;
  /** Resolves when the connection has ended, from whichever side. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface DevToolsEvent {
  method: string;
  params: unknown;
  sessionId?: string;
}

export type WaitUntil = "load" | "domcontentloaded" | "networkidle" | "commit";

export interface ScreenshotOptions {
  format: "png" | "jpeg" | "webp";
  fullPage: boolean;
  /** CSS selector of the element to picture. */
  selector?: string;
  /** 1–100, for jpeg and webp. */
  quality?: number;
}

export interface Picture {
  bytes: Uint8Array;
  width: number;
  height: number;
}

/** A cookie as CDP's Network.Cookie has it, in our spelling. */
export interface Cookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  /** Unix seconds; absent for a session cookie. */
  expires?: number;
  httpOnly: boolean;
  secure: boolean;
  sameSite?: "Strict" | "Lax" | "None";
}

/** A cookie to set: `domain` and `path` may come from `url` instead. */
export type NewCookie = Pick<Cookie, "name" | "value"> & Partial<Cookie> & { url?: string };

/** What is kept of a browser so that another one can take its place. */
export interface BrowserState {
  /** Address of the current page; "about:blank" before the first navigation. */
  url: string;
  /** The page came by another method than GET, so its reload is not the same page. */
  posted: boolean;
  cookies: Cookie[];
  /** Local storage of the origins that were open, each at most 1 MB. */
  storage: { origin: string; items: [string, string][] }[];
  /** What the page held that cannot be brought back. */
  lost: string[];
}

/** What a browser tells while nobody asks. */
export type BrowserNotice =
  | Extract<SessionEvent, { type: "navigation" | "dialog" | "page_opened" | "page_closed" }>
  /** The main document of the current page began or finished loading. */
  | { type: "loading" }
  | { type: "ready"; url: string; title: string }
  /** The renderer of the current page died; the browser should be replaced. */
  | { type: "crashed" }
  /** The connection is gone for good. */
  | { type: "gone" };

/**
 * One browser with a stack of pages, of which the newest open one is current. Dialogs are
 * answered by themselves (alert and beforeunload accepted, confirm and prompt dismissed). Every
 * main-document request, redirects and pop-ups included, passes the guard first.
 */
export interface Browser {
  /** For {@link BrowserLauncher.join}. */
  readonly id: string;
  readonly connected: boolean;
  /** One listener; notices come in order. */
  onNotice(listener: (notice: BrowserNotice) => void): void;
  /** What is known without asking the browser. */
  peek(): { url: string; title: string; loading: boolean };
  /**
   * The current page for one command. All its calls end with a TIMEOUT once `signal` aborts.
   * All but `go` wait for a load under way first.
   */
  page(signal: AbortSignal): Promise<BrowserPage>;
  /** For snapshots; cheap, safe beside a running command. Rejects when the renderer is dead. */
  state(): Promise<BrowserState>;
  /** Puts a state into this (fresh) browser. Resolves with what could not be brought back. */
  restore(state: BrowserState, signal: AbortSignal): Promise<string[]>;
  cookies(): Promise<Cookie[]>;
  /** Replaces all cookies. */
  setCookies(cookies: NewCookie[]): Promise<void>;
  /** True when the current renderer answers within `ms`. */
  alive(ms: number): Promise<boolean>;
  /**
   * True when the browser itself answers within `ms`, busy pages or not. One that does not is
   * hung up on: its connection may stand long after its process is gone.
   */
  responds(ms: number): Promise<boolean>;
  /** Lets go of it without closing it. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserPage extends Page {
  /** True once a call was made that may have changed the page: such a command is not tried twice. */
  readonly touched: boolean;
  /**
   * @throws Fault BAD_REQUEST for a refused or malformed address and for the browser's net errors
   * (`net::ERR_NAME_NOT_RESOLVED`), TIMEOUT when it does not get there in time.
   */
  go(url: string, waitUntil: WaitUntil): Promise<void>;
  screenshot(options: ScreenshotOptions): Promise<Picture>;
  pdf(): Promise<Uint8Array>;
}
