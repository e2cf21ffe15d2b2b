import type { CDPEvents, CDPSession } from "@cloudflare/puppeteer";
import type { DevTools } from "../../domain/ports.ts";

/** Events that the installed protocol typings do not know. */
interface MoreEvents {
  "Page.frameClearedScheduledNavigation": { frameId: string };
}
type EventMap = CDPEvents & MoreEvents;

/** One CDP event, discriminated by its method. */
export type CdpEvent = {
  [Method in keyof EventMap & string]: { method: Method; params: EventMap[Method] };
}[keyof EventMap & string] & { sessionId?: string };

/* Parts of the protocol, by the events that carry them. */
export type CdpRequest = CDPEvents["Fetch.requestPaused"]["request"];
export type CdpResponse = CDPEvents["Network.responseReceived"]["response"];
export type CdpHeaders = CdpRequest["headers"];
export type CdpException = CDPEvents["Runtime.exceptionThrown"]["exceptionDetails"];
export type CdpValue = CDPEvents["Runtime.consoleAPICalled"]["args"][number];

/** The typed command function of one session. */
export type Send = CDPSession["send"];

/** How long anything that the browser is asked may take. */
const LIMIT_MS = 60_000;

/**
 * A session of the browser's protocol, each command bounded in time.
 * @param gone Rejects when what the session is with has gone: nothing would answer.
 */
export function sessionOf(browser: DevTools, sessionId?: string, gone?: Promise<never>): Send {
  const send = async (method: string, params?: object): Promise<unknown> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${method}: the browser does not answer`)),
        LIMIT_MS,
      );
    });
    try {
      const answer = browser.send(method, params, sessionId);
      return await Promise.race(gone ? [answer, late, gone] : [answer, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return send as Send;
}

/** Sends without waiting; what comes of it does not matter. */
export function tell(send: Send, ...command: Parameters<Send>): void {
  send(...command).catch(() => {});
}

/** Parameters of Target.setAutoAttach: what comes into being waits until it is told to go on. */
export function attachTo(...types: string[]) {
  return {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
    filter: [...types.map((type) => ({ type })), { exclude: true }],
  };
}
