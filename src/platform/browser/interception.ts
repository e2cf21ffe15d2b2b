import { Fault } from "../../domain/errors.ts";
import type { Guard } from "../../domain/ports.ts";
import type { CDPEvents } from "@cloudflare/puppeteer";
import type { CdpEvent, Channel } from "./cdp.ts";
import { pause, within } from "./limit.ts";

const DOWNLOAD_NOTICE_MS = 150;

/** A document that the guard did not let through. */
interface Refusal {
  frameId: string;
  fault: Fault;
}

/**
 * Holds every request for a document, in any page and frame of the browser, until the guard has
 * seen its address. Set on the browser as a whole, so that a pop-up's first request is held too;
 * a redirect is held again with its new address. It also sees by which method a page comes.
 */
export class Interception {
  readonly #root: Channel;
  readonly #guard: Guard | null;
  #refusals: Refusal[] = [];
  #downloads = new Map<string, string>();
  #onDownload: () => void = () => {};
  /** Told of each document that a frame asks for, and by which method. */
  onRequest: (frameId: string, method: string) => void = () => {};
  /** Told of the frame of each refusal, to clear away what it leaves behind. */
  onRefused: (frameId: string) => void = () => {};

  /** `guard`: null lets everything pass. */
  constructor(root: Channel, guard: Guard | null) {
    this.#root = root;
    this.#guard = guard;
  }

  async start(signal: AbortSignal): Promise<void> {
    await within(
      signal,
      Promise.all([
        this.#root.send("Fetch.enable", { patterns: [{ resourceType: "Document" }] }),
        this.#root.send("Browser.setDownloadBehavior", { behavior: "deny", eventsEnabled: true }),
      ]),
    );
  }

  /** For the browser's events. */
  hear(event: CdpEvent): void {
    if (event.method === "Fetch.requestPaused") void this.#judge(event.params);
    if (event.method === "Browser.downloadWillBegin") {
      this.#downloads.set(event.params.frameId, event.params.suggestedFilename);
      this.#onDownload();
    }
  }

  /** Forgets what was refused and downloaded so far. */
  reset(): void {
    this.#refusals = [];
    this.#downloads.clear();
  }

  /** The guard's own words about the last refused document since {@link reset}. */
  refusal(frameId?: string): Fault | undefined {
    return this.#refusals.findLast((refusal) => !frameId || refusal.frameId === frameId)?.fault;
  }

  /**
   * Name of the file that a navigation turned out to be, since {@link reset}. The browser tells
   * of it only after it has told that no page came; so it is waited for, shortly.
   */
  async download(signal: AbortSignal): Promise<string | undefined> {
    if (this.#downloads.size === 0) {
      const told = new Promise<void>((resolve) => {
        this.#onDownload = resolve;
      });
      await Promise.race([told, pause(DOWNLOAD_NOTICE_MS, signal)]);
    }
    return this.#downloads.values().next().value;
  }

  async #judge(paused: CDPEvents["Fetch.requestPaused"]): Promise<void> {
    const { requestId, frameId, request } = paused;
    this.onRequest(frameId, request.method);
    try {
      await this.#guard?.assertAllowed(request.url);
    } catch (error) {
      const fault =
        error instanceof Fault
          ? error
          : new Fault("BAD_REQUEST", "The address could not be checked.");
      this.#refusals.push({ frameId, fault });
      // "Aborted" leaves the page as it was; other reasons would put an error page in its place.
      this.#root.tell("Fetch.failRequest", { requestId, errorReason: "Aborted" });
      this.onRefused(frameId);
      return;
    }
    this.#root.tell("Fetch.continueRequest", { requestId });
  }
}
