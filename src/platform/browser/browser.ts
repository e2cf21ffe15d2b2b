import { Fault } from "../../domain/errors.ts";
import type {
  Browser,
  BrowserNotice,
  BrowserPage,
  BrowserState,
  Cookie,
  Guard,
  NewCookie,
} from "../../domain/ports.ts";
import type { Wire } from "./cdp.ts";
import { readCookies, replaceCookies } from "./cookies.ts";
import { Interception } from "./interception.ts";
import { assertInTime, withLimit, within } from "./limit.ts";
import type { Navigator } from "./navigation.ts";
import { CommandPage } from "./page.ts";
import { restoreState, snapshot } from "./state.ts";
import { Tabs } from "./tabs.ts";

/** For what the caller sets no limit to. */
const STATE_LIMIT_MS = 5_000;
const COOKIES_LIMIT_MS = 10_000;
const HUSH_LIMIT_MS = 1_000;
const CLOSE_LIMIT_MS = 3_000;

interface StartOptions {
  id: string;
  wire: Wire;
  guard: Guard;
  allowPrivate: boolean;
  signal: AbortSignal;
}

/** One Chromium, over one connection. */
export class ChromiumBrowser implements Browser {
  readonly id: string;
  readonly #wire: Wire;
  readonly #tabs: Tabs;
  readonly #navigator: Navigator;
  #listener: (notice: BrowserNotice) => void = () => {};

  /** Takes over a browser that was just launched, or one that lives already. */
  static async start(options: StartOptions): Promise<ChromiumBrowser> {
    const browser = new ChromiumBrowser(options);
    await browser.#navigator.interception.start(options.signal);
    await browser.#tabs.start(options.signal);
    return browser;
  }

  private constructor({ id, wire, guard, allowPrivate }: StartOptions) {
    this.id = id;
    this.#wire = wire;
    const interception = new Interception(wire.root, allowPrivate ? null : guard);
    const notify = (notice: BrowserNotice) => {
      if (wire.connected || notice.type === "gone") this.#listener(notice);
    };
    this.#tabs = new Tabs(wire, interception, notify);
    this.#navigator = { tabs: this.#tabs, interception, guard };
    wire.onClosed = () => notify({ type: "gone" });
  }

  get connected(): boolean {
    return this.#wire.connected;
  }

  onNotice(listener: (notice: BrowserNotice) => void): void {
    this.#listener = listener;
  }

  peek(): { url: string; title: string; loading: boolean } {
    const { current } = this.#tabs;
    return {
      url: current?.url ?? "about:blank",
      title: current?.title ?? "",
      loading: current ? !current.load.complete : false,
    };
  }

  async page(signal: AbortSignal): Promise<BrowserPage> {
    assertInTime(signal);
    if (!this.connected) throw new Fault("UNAVAILABLE", "The browser is gone.");
    await this.#tabs.front(signal);
    return new CommandPage(this.#navigator, signal);
  }

  state(): Promise<BrowserState> {
    return withLimit(STATE_LIMIT_MS, (signal) =>
      snapshot(this.#wire.root, this.#navigator, signal),
    );
  }

  restore(state: BrowserState, signal: AbortSignal): Promise<string[]> {
    return restoreState(this.#wire.root, this.#navigator, state, signal);
  }

  cookies(): Promise<Cookie[]> {
    return withLimit(COOKIES_LIMIT_MS, (signal) => readCookies(this.#wire.root, signal));
  }

  setCookies(cookies: NewCookie[]): Promise<void> {
    return withLimit(COOKIES_LIMIT_MS, (signal) =>
      replaceCookies(this.#wire.root, cookies, signal),
    );
  }

  async alive(ms: number): Promise<boolean> {
    try {
      return await withLimit(ms, async (signal) => {
        const tab = await this.#tabs.front(signal);
        await within(signal, tab.channel.send("Runtime.evaluate", { expression: "1" }));
        return true;
      });
    } catch {
      return false;
    }
  }

  async responds(ms: number): Promise<boolean> {
    try {
      await withLimit(ms, (signal) => within(signal, this.#wire.root.send("Browser.getVersion")));
      return true;
    } catch {
      this.#wire.close();
      return false;
    }
  }

  async release(): Promise<void> {
    if (!this.connected) return;
    this.#wire.onClosed = () => {};
    await this.#hush();
    this.#wire.close();
  }

  async close(): Promise<void> {
    if (!this.connected) return;
    this.#wire.onClosed = () => {};
    await this.#hush();
    this.#wire.root.tell("Browser.close");
    // It hangs up itself, when all that it still had to say has been said.
    await withLimit(CLOSE_LIMIT_MS, (signal) => within(signal, this.#wire.ended)).catch(() => {});
    this.#wire.close();
  }

  /** What is still on its way to a closed socket would be an error to the other side. */
  async #hush(): Promise<void> {
    await withLimit(HUSH_LIMIT_MS, (signal) => within(signal, this.#tabs.release())).catch(
      () => {},
    );
  }
}
