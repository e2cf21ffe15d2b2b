import { Fault } from "../../domain/errors.ts";
import type { ElementFacts, NodeRef, PageNode, ScrollTarget } from "../../domain/page.ts";
import type { BrowserPage, Picture, ScreenshotOptions, WaitUntil } from "../../domain/ports.ts";
import { DetachedError, ProtocolError } from "./cdp.ts";
import { locate, readFacts, resolve } from "./elements.ts";
import { callOn, callWith, evaluate, releaseHandles, ScriptError } from "./evaluate.ts";
import { fillField } from "./fill.ts";
import { readTree } from "./frames.ts";
import { chooseOptions, focusIt } from "./in-page-fields.js";
import { scrollPage, serialize, title } from "./in-page.js";
import { pressChord } from "./keyboard.ts";
import { assertInTime, pause, within } from "./limit.ts";
import { clickAt, clickInside, moveTo, target } from "./mouse.ts";
import {
  acting,
  assertAddress,
  go,
  type Navigator,
  reload,
  travel,
  unstick,
} from "./navigation.ts";
import { printPage, takePicture } from "./screenshot.ts";
import type { Tab } from "./tab.ts";

/** A read that a navigation interrupts is done again on the new page, so often. */
const TRIES = 4;

/**
 * The current page for the length of one command. It follows the browser: what the command opens
 * is its page from then on.
 */
export class CommandPage implements BrowserPage {
  touched = false;
  readonly #browser: Navigator;
  readonly #signal: AbortSignal;

  constructor(browser: Navigator, signal: AbortSignal) {
    this.#browser = browser;
    this.#signal = signal;
  }

  url(): string {
    return this.#browser.tabs.current?.url ?? "about:blank";
  }

  title(): Promise<string> {
    return this.#read(async (tab) => {
      tab.title = await evaluate(tab.channel, this.#signal, title, []);
      return tab.title;
    });
  }

  tree(): Promise<PageNode> {
    return this.#read((tab) => readTree(tab, this.#signal));
  }

  facts(refs: NodeRef[]): Promise<(ElementFacts | null)[]> {
    return this.#read((tab) => readFacts(tab, refs, this.#signal));
  }

  html(): Promise<string> {
    return this.#read(({ channel }) => evaluate(channel, this.#signal, serialize, []));
  }

  screenshot(options: ScreenshotOptions): Promise<Picture> {
    return this.#read((tab) => takePicture(tab, options, this.#signal));
  }

  pdf(): Promise<Uint8Array> {
    return this.#read((tab) => printPage(tab, this.#signal));
  }

  async click(
    ref: NodeRef,
    { count = 1, button = "left" }: { count?: 1 | 2; button?: "left" | "right" } = {},
  ): Promise<void> {
    const tab = await this.#settled();
    const element = locate(tab, ref);
    const found = await target(tab, element, this.#signal);
    await this.#act(tab, async () => {
      if (found.how === "mouse") await clickAt(tab, found.at, { count, button }, this.#signal);
      else await clickInside(element, found.handle, count, this.#signal);
    });
  }

  async hover(ref: NodeRef): Promise<void> {
    const tab = await this.#settled();
    const found = await target(tab, locate(tab, ref), this.#signal);
    if (found.how === "dom") {
      throw new Fault("BAD_REQUEST", "The mouse cannot reach the element.");
    }
    await this.#act(tab, () => moveTo(tab, found.at, this.#signal));
  }

  async fill(ref: NodeRef, text: string): Promise<void> {
    const tab = await this.#settled();
    const element = locate(tab, ref);
    const handle = await resolve(element, this.#signal);
    await this.#act(tab, () => fillField(tab, element, handle, text, this.#signal));
  }

  async choose(ref: NodeRef, options: NodeRef[]): Promise<void> {
    const tab = await this.#settled();
    const select = locate(tab, ref);
    const { channel } = select.session;
    const located = options.map((option) => locate(tab, option));
    if (located.some(({ session }) => session !== select.session)) {
      throw new Fault("BAD_REQUEST", "The option is not one of that list.");
    }
    const [handle, ...handles] = await Promise.all(
      [select, ...located].map((one) => resolve(one, this.#signal)),
    );
    if (!handle) return;
    await this.#act(tab, async () => {
      const { fault } = await callWith(channel, this.#signal, [handle, ...handles], chooseOptions);
      if (fault !== undefined) throw new Fault("BAD_REQUEST", fault);
    });
  }

  async press(key: string, ref?: NodeRef): Promise<void> {
    const tab = await this.#settled();
    const element = ref === undefined ? undefined : locate(tab, ref);
    const handle = element && (await resolve(element, this.#signal));
    await this.#act(tab, async () => {
      if (element && handle) {
        const { fault } = await callOn(element.session.channel, this.#signal, handle, focusIt);
        if (fault !== undefined) throw new Fault("BAD_REQUEST", fault);
      }
      await pressChord(tab.channel, this.#signal, key);
    });
  }

  async scroll(to: ScrollTarget): Promise<void> {
    const tab = await this.#settled();
    if (typeof to === "string") {
      return this.#act(tab, () => evaluate(tab.channel, this.#signal, scrollPage, [to]));
    }
    const element = locate(tab, to.ref);
    await resolve(element, this.#signal);
    const { backendNodeId, session } = element;
    return this.#act(tab, async () => {
      await within(
        this.#signal,
        session.channel.send("DOM.scrollIntoViewIfNeeded", { backendNodeId }),
      );
    });
  }

  async back(): Promise<boolean> {
    const tab = await this.#settled();
    this.touched = true;
    return travel(this.#browser, tab, -1, this.#signal);
  }

  async forward(): Promise<boolean> {
    const tab = await this.#settled();
    this.touched = true;
    return travel(this.#browser, tab, 1, this.#signal);
  }

  async reload(): Promise<void> {
    const tab = await this.#settled();
    this.touched = true;
    return reload(this.#browser, tab, this.#signal);
  }

  navigate(url: string): Promise<void> {
    return this.go(url, "load");
  }

  async go(url: string, waitUntil: WaitUntil): Promise<void> {
    assertInTime(this.#signal);
    // Whatever is loading is left for good: there is nothing to wait for.
    const tab = await this.#browser.tabs.front(this.#signal);
    await Promise.all([
      within(this.#signal, assertAddress(this.#browser.guard, url)),
      unstick(tab, this.#signal),
    ]);
    this.touched = true;
    await go(this.#browser, tab, url, waitUntil, this.#signal);
  }

  async #settled(): Promise<Tab> {
    assertInTime(this.#signal);
    return this.#browser.tabs.settled(this.#signal);
  }

  async #act(tab: Tab, act: () => Promise<void>): Promise<void> {
    assertInTime(this.#signal);
    this.touched = true;
    try {
      await acting(this.#browser, tab, this.#signal, act);
    } finally {
      for (const { channel } of tab.sessions.values()) releaseHandles(channel);
    }
  }

  /** Reads from a page at rest; a navigation meanwhile makes it start over. */
  async #read<T>(read: (tab: Tab) => Promise<T>): Promise<T> {
    for (let left = TRIES; ; left -= 1) {
      const tab = await this.#settled();
      const { document } = tab.load;
      try {
        return await read(tab);
      } catch (error) {
        const interrupted = tab.load.document !== document || tab.load.pending || tab.closed;
        const final = error instanceof Fault && !(error instanceof DetachedError);
        if (final || error instanceof ScriptError || left === 0) throw error;
        if (error instanceof ProtocolError && !interrupted && left < TRIES) throw error;
        await pause(20, this.#signal);
      }
    }
  }
}
