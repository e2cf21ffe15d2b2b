import { Fault } from "../../domain/errors.ts";
import type { Browser, BrowserLauncher, Guard } from "../../domain/ports.ts";
import {
  acquire,
  type AcquireOptions,
  BindingError,
  type BrowserBinding,
  limits,
  liveBrowsers,
  openDevTools,
} from "./binding.ts";
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
  launch?: AcquireOptions;
}

/** The platform's longest: sessions park by their own rules, not by its minute of silence. */
const KEEP_ALIVE_MS = 600_000;
const LAUNCH_LIMIT_MS = 30_000;
const JOIN_LIMIT_MS = 5_000;
/** When the platform does not say how long to wait. */
const RETRY_AFTER_S = 10;

/**
 * Browsers of Cloudflare's Browser Rendering.
 *
 * @example
 * const launcher = createBrowserLauncher({ binding: env.BROWSER, guard, allowPrivate: false });
 * const browser = await launcher.launch();
 */
export function createBrowserLauncher(options: LauncherOptions): BrowserLauncher {
  const { guard, allowPrivate } = options;
  const binding = options.binding as unknown as BrowserBinding;
  const order = { keep_alive: KEEP_ALIVE_MS, ...options.launch };

  const connect = async (id: string, signal: AbortSignal): Promise<Browser> => {
    const wire = new Wire(await within(signal, openDevTools(binding, id)));
    try {
      return await ChromiumBrowser.start({ id, wire, guard, allowPrivate, signal });
    } catch (error) {
      wire.close();
      throw error;
    }
  };

  const fresh = <T>(open: (id: string, signal: AbortSignal) => Promise<T>): Promise<T> =>
    withLimit(LAUNCH_LIMIT_MS, async (signal) => {
      const id = await within(signal, acquire(binding, order));
      return open(id, signal);
    }).catch(async (error: unknown) => {
      throw await refusalOf(binding, error);
    });

  return {
    launch: () => fresh(connect),
    devTools: () =>
      fresh(async (id, signal) => {
        const socket = await within(signal, openDevTools(binding, id));
        return new BareBrowser(id, new Wire(socket));
      }),
    join: async (id) => {
      try {
        return await withLimit(JOIN_LIMIT_MS, async (signal) =>
          (await within(signal, isListed(binding, id))) ? connect(id, signal) : null,
        );
      } catch {
        return null;
      }
    },
  };
}

/** False only when the platform says that it has no such browser. */
async function isListed(binding: BrowserBinding, id: string): Promise<boolean> {
  const ids = await liveBrowsers(binding).catch(() => [id]);
  return ids.includes(id);
}

/** Seconds to wait before another try: as the platform says, or as its limits tell. */
async function retryAfter(binding: BrowserBinding, refusal: Response): Promise<number> {
  const stated = Number(refusal.headers.get("retry-after"));
  if (stated > 0) return Math.ceil(stated);
  return nextLaunch(binding).catch(() => RETRY_AFTER_S);
}

/** Seconds until the platform lets another browser start. */
async function nextLaunch(binding: BrowserBinding): Promise<number> {
  const { allowedBrowserAcquisitions, timeUntilNextAllowedBrowserAcquisition } =
    await limits(binding);
  // Launches are allowed, so it is the number of open browsers that is used up.
  if (allowedBrowserAcquisitions > 0) return RETRY_AFTER_S;
  return Math.max(1, Math.ceil(timeUntilNextAllowedBrowserAcquisition / 1000));
}

async function refusalOf(binding: BrowserBinding, error: unknown): Promise<Fault> {
  if (error instanceof BindingError && error.response.status === 429) {
    return new Fault("LIMIT_REACHED", "No browser is free just now.", {
      retryAfter: await retryAfter(binding, error.response),
    });
  }
  const fault = new Fault("UNAVAILABLE", "The browser could not be started.");
  fault.cause = error;
  return fault;
}
