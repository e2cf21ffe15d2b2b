import type { BrowserWorker, WorkersLaunchOptions } from "@cloudflare/puppeteer";
import { Fault } from "../../domain/errors.ts";
import type { Browser, BrowserLauncher, Guard } from "../../domain/ports.ts";
import { ChromiumBrowser } from "./browser.ts";
import { Wire } from "./cdp.ts";
import { BareBrowser } from "./dev-tools.ts";
import { withLimit, within } from "./limit.ts";

export interface LauncherOptions {
  /** The Browser Rendering binding. */
  binding: BrowserRun;
  guard: Guard;
  /** Lets pages lead anywhere; the guard then judges only what is asked for by name. */
  allowPrivate: boolean;
  /** Passed to the platform, such as `location`. */
  launch?: WorkersLaunchOptions;
}

/** The platform's longest: sessions park by their own rules, not by its minute of silence. */
const KEEP_ALIVE_MS = 600_000;
const LAUNCH_LIMIT_MS = 30_000;
const JOIN_LIMIT_MS = 5_000;
/** When the platform does not say how long to wait. */
const RETRY_AFTER_S = 10;

/**
 * Browsers of Cloudflare's Browser Rendering, by way of `@cloudflare/puppeteer`, which is loaded
 * with the first browser and not at start-up.
 *
 * @example
 * const launcher = createBrowserLauncher({ binding: env.BROWSER, guard, allowPrivate: false });
 * const browser = await launcher.launch();
 */
export function createBrowserLauncher(options: LauncherOptions): BrowserLauncher {
  const endpoint = options.binding as unknown as BrowserWorker;
  const { guard, allowPrivate } = options;

  const connect = async (id: string, signal: AbortSignal): Promise<Browser> => {
    const wire = new Wire(await within(signal, openSocket(endpoint, id)));
    try {
      return await ChromiumBrowser.start({ id, wire, guard, allowPrivate, signal });
    } catch (error) {
      wire.close();
      throw error;
    }
  };

  const fresh = <T>(open: (id: string, signal: AbortSignal) => Promise<T>): Promise<T> =>
    withLimit(LAUNCH_LIMIT_MS, async (signal) => {
      const id = await within(signal, acquire(endpoint, options.launch ?? {}));
      return open(id, signal);
    }).catch((error: unknown) => {
      throw unavailable(error);
    });

  return {
    launch: () => fresh(connect),
    devTools: () =>
      fresh(async (id, signal) => {
        const socket = await within(signal, openSocket(endpoint, id));
        return new BareBrowser(id, new Wire(socket));
      }),
    join: async (id) => {
      try {
        return await withLimit(JOIN_LIMIT_MS, async (signal) =>
          (await within(signal, isListed(endpoint, id))) ? connect(id, signal) : null,
        );
      } catch {
        return null;
      }
    },
  };
}

/** False only when the platform says that it has no such browser. */
async function isListed(endpoint: BrowserWorker, id: string): Promise<boolean> {
  const puppeteer = await import("@cloudflare/puppeteer");
  try {
    const sessions = await puppeteer.sessions(endpoint);
    return sessions.some(({ sessionId }) => sessionId === id);
  } catch {
    return true;
  }
}

/**
 * A WebSocket to a browser's DevTools, as puppeteer's own transport opens it; that one fails
 * without a word of the status when the browser is gone.
 */
async function openSocket(endpoint: BrowserWorker, id: string): Promise<WebSocket> {
  const response = await endpoint.fetch(`https://fake.host/v1/devtools/browser/${id}`, {
    headers: { Upgrade: "websocket" },
  });
  const socket = (response as unknown as { webSocket: WebSocket | null }).webSocket;
  if (!socket) throw new Error(`The browser's DevTools answered ${response.status}.`);
  socket.accept();
  return socket;
}

/** Asks the platform for a browser and gives its id. */
async function acquire(endpoint: BrowserWorker, launch: WorkersLaunchOptions): Promise<string> {
  const puppeteer = await import("@cloudflare/puppeteer");
  // Puppeteer folds the status into a sentence and drops the headers, so they are read here.
  let refused: Response | undefined;
  const observed: BrowserWorker = {
    fetch: async (...request: Parameters<typeof fetch>) => {
      const response = await endpoint.fetch(...request);
      if (!response.ok) refused = response;
      return response;
    },
  };
  try {
    const { sessionId } = await puppeteer.acquire(observed, {
      keep_alive: KEEP_ALIVE_MS,
      ...launch,
    });
    return sessionId;
  } catch (error) {
    if (refused?.status !== 429) throw unavailable(error);
    const stated = Number(refused.headers.get("retry-after"));
    throw new Fault("LIMIT_REACHED", "No browser is free just now.", {
      retryAfter:
        stated > 0
          ? Math.ceil(stated)
          : await nextLaunch(() => puppeteer.limits(endpoint)).catch(() => RETRY_AFTER_S),
    });
  }
}

/** Seconds until the platform lets another browser start. */
async function nextLaunch(
  limits: () => Promise<{
    allowedBrowserAcquisitions: number;
    timeUntilNextAllowedBrowserAcquisition: number;
  }>,
): Promise<number> {
  const { allowedBrowserAcquisitions, timeUntilNextAllowedBrowserAcquisition } = await limits();
  // Launches are allowed, so it is the number of open browsers that is used up.
  if (allowedBrowserAcquisitions > 0) return RETRY_AFTER_S;
  return Math.max(1, Math.ceil(timeUntilNextAllowedBrowserAcquisition / 1000));
}

function unavailable(error: unknown): Fault {
  if (error instanceof Fault && error.code === "LIMIT_REACHED") return error;
  const fault = new Fault("UNAVAILABLE", "The browser could not be started.");
  fault.cause = error;
  return fault;
}
