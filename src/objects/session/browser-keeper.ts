import { Fault } from "../../domain/errors.ts";
import type { Browser, BrowserLauncher, BrowserNotice } from "../../domain/ports.ts";
import type { Snapshots } from "./snapshot.ts";

/** A renderer that does not answer for this long is taken for dead. */
const ALIVE_WITHIN_MS = 2000;
/** How long putting a state back may take before the session goes on with what it has. */
const RESTORE_WITHIN_MS = 20_000;
const BROWSER_ID = "browser";
/** In place of an id: a turn is taken, and the browser has not come or has gone already. */
const NONE_YET = "";

export interface KeeperOptions {
  launcher: Pick<BrowserLauncher, "launch" | "join">;
  snapshots: Snapshots;
  storage: SyncKvStorage;
  /** Waits for a turn, then launches. */
  inTurn: (launch: () => Promise<Browser>) => Promise<Browser>;
  /** The turn is free for somebody else. */
  leaveLine: () => Promise<void>;
  onNotice: (notice: BrowserNotice) => void;
  onRestored: (url: string, lost: string[]) => void;
}

/**
 * The session's browser over its deaths: launched on first use, joined again after the object
 * was evicted, given back while idle, and replaced from the snapshot when it is gone.
 */
export class BrowserKeeper {
  readonly #options: KeeperOptions;
  #browser: Browser | null = null;
  /** Browsers on their way out: the next one waits until their turn has been given back. */
  #leaving: Promise<void> = Promise.resolve();
  /** The session has ended: a browser that comes now comes too late. */
  #closed = false;
  /** The snapshot being taken, and whether another one is wanted after it. */
  #saving: Promise<void> | null = null;
  #saveAgain = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The browser in hand; null when there is none just now. */
  get current(): Browser | null {
    return this.#browser?.connected ? this.#browser : null;
  }

  /** A browser or a turn that counts against the deployment's, whether it is in hand or not. */
  get holds(): boolean {
    return this.#options.storage.get(BROWSER_ID) !== undefined;
  }

  /** @throws Fault UNAVAILABLE when none is free in time. */
  async get(): Promise<Browser> {
    if (this.current) return this.current;
    await this.#leaving.catch(() => {});
    const joined = await this.#join();
    if (joined) return this.#adopt(joined);
    const { launcher, inTurn, storage } = this.#options;
    // Should the object die in line or at the launch, its alarm gives the turn back.
    storage.put(BROWSER_ID, NONE_YET);
    const browser = await inTurn(() => launcher.launch()).catch((error: unknown) => {
      storage.delete(BROWSER_ID);
      throw error;
    });
    if (this.#closed) {
      await browser.close().catch(() => {});
      await this.#options.leaveLine();
      throw new Fault("UNAVAILABLE", "The session has ended.");
    }
    storage.put(BROWSER_ID, browser.id);
    this.#adopt(browser);
    await this.#restore(browser);
    return browser;
  }

  /** Keeps what the browser holds now. Runs beside commands; calls meanwhile are merged. */
  save(): Promise<void> {
    if (this.#saving) {
      this.#saveAgain = true;
      return this.#saving;
    }
    this.#saving = this.#saveNow().finally(() => {
      this.#saving = null;
      if (!this.#saveAgain) return;
      this.#saveAgain = false;
      void this.save();
    });
    return this.#saving;
  }

  /**
   * Gives the browser back; the next command gets another one, restored.
   * @returns false when there was none.
   */
  async park(): Promise<boolean> {
    const browser = this.current ?? (await this.#join());
    if (browser) {
      this.#browser = browser;
      await this.#saveNow();
    }
    await this.drop();
    return browser !== null;
  }

  /** Lets go of a browser that serves no more, without a last look. */
  drop(): Promise<void> {
    const browser = this.#browser;
    this.#browser = null;
    const { storage, leaveLine } = this.#options;
    if (this.holds) storage.put(BROWSER_ID, NONE_YET);
    this.#leaving = this.#leaving
      .catch(() => {})
      .then(async () => {
        if (browser) await browser.close().catch(() => {});
        await leaveLine();
        if (storage.get(BROWSER_ID) === NONE_YET) storage.delete(BROWSER_ID);
      });
    return this.#leaving;
  }

  /** Closes the browser for good, joining it first if need be; nothing of it is kept. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#browser = this.current ?? (await this.#join().catch(() => null));
    await this.drop();
    this.#options.snapshots.clear();
  }

  /** After a command ran out of time: a renderer that is dead is replaced. */
  async replaceIfDead(): Promise<void> {
    const browser = this.current;
    if (browser && !(await browser.alive(ALIVE_WITHIN_MS))) await this.drop();
  }

  async #join(): Promise<Browser | null> {
    const id = this.#options.storage.get<string>(BROWSER_ID);
    if (id === undefined || id === NONE_YET || this.#browser) return null;
    return this.#options.launcher.join(id);
  }

  #adopt(browser: Browser): Browser {
    this.#browser = browser;
    browser.onNotice((notice) => {
      if (browser !== this.#browser) return;
      if (notice.type === "crashed" || notice.type === "gone") {
        // A turn that could not be given back now is given back with the next alarm.
        this.drop().catch(() => {});
      }
      this.#options.onNotice(notice);
    });
    return browser;
  }

  async #restore(browser: Browser): Promise<void> {
    const state = await this.#options.snapshots.load();
    if (!state) return;
    const limit = AbortSignal.timeout(RESTORE_WITHIN_MS);
    let lost: string[];
    try {
      lost = await browser.restore(state, limit);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      lost = ["page"];
    }
    this.#options.onRestored(state.url, lost);
  }

  async #saveNow(): Promise<void> {
    const browser = this.current;
    if (!browser) return;
    try {
      await this.#options.snapshots.save(await browser.state());
    } catch {
      // A browser that dies meanwhile leaves the snapshot of the command before.
    }
  }
}
