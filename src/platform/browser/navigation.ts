import { Fault } from "../../domain/errors.ts";
import type { Guard, WaitUntil } from "../../domain/ports.ts";
import { DetachedError, ProtocolError } from "./cdp.ts";
import type { Interception } from "./interception.ts";
import { assertInTime, withLimit, within } from "./limit.ts";
import type { Milestone } from "./load.ts";
import type { Tab } from "./tab.ts";
import type { Tabs } from "./tabs.ts";

/** What navigation needs of a browser. */
export interface Navigator {
  tabs: Tabs;
  interception: Interception;
  guard: Guard;
}

const MILESTONES: Readonly<Record<Exclude<WaitUntil, "commit">, Milestone>> = {
  load: "load",
  domcontentloaded: "DOMContentLoaded",
  networkidle: "networkIdle",
};

const STUCK_MS = 1_000;

/**
 * Checks an address that is asked for by name.
 *
 * @throws Fault BAD_REQUEST when it is malformed, not http(s), or refused by the guard.
 */
export async function assertAddress(guard: Guard, url: string): Promise<void> {
  if (!URL.canParse(url)) throw new Fault("BAD_REQUEST", "The address is not a valid URL.");
  const { protocol } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new Fault("BAD_REQUEST", `Only http and https addresses are opened, not ${protocol}`);
  }
  await guard.assertAllowed(url);
}

/** Opens an address in a tab; see {@link BrowserPage.go}. */
export async function go(
  { interception }: Navigator,
  tab: Tab,
  url: string,
  waitUntil: WaitUntil,
  signal: AbortSignal,
): Promise<void> {
  await stoppingOnTimeout(tab, signal, async () => {
    interception.reset();
    const answer = await within(signal, tab.channel.send("Page.navigate", { url })).catch(
      (error: unknown) => {
        throw error instanceof ProtocolError
          ? new Fault("BAD_REQUEST", "The address is not valid.")
          : error;
      },
    );
    const { errorText } = answer;
    // A page may answer with an error status and nothing else; it has been reached all the same.
    if (errorText && errorText !== "net::ERR_HTTP_RESPONSE_CODE_FAILURE") {
      // The error page that takes the place of the document is still on its way.
      if (errorText !== "net::ERR_ABORTED") await tab.load.settled(signal);
      throw await failure(interception, tab, errorText, signal);
    }
    // Without a loader only the fragment changed, which the page is still to tell of.
    if (answer.loaderId === undefined) return flush(tab, signal);
    if (waitUntil === "commit") return tab.load.committed(answer.loaderId, signal);
    await tab.load.committed(answer.loaderId, signal);
    const milestone = MILESTONES[waitUntil];
    await tab.load.reached(milestone, signal);
    // The load was given up: by the page, or because the page has died.
    if (!tab.load.has(milestone)) await flush(tab, signal);
    // Many an address only sends its visitors on.
    if (waitUntil !== "domcontentloaded") await tab.load.settled(signal);
  });
}

/** One step in the history; false when there is none that way. */
export async function travel(
  navigator: Navigator,
  tab: Tab,
  by: 1 | -1,
  signal: AbortSignal,
): Promise<boolean> {
  await unstick(tab, signal);
  const history = await within(signal, tab.channel.send("Page.getNavigationHistory"));
  const entry = history.entries[history.currentIndex + by];
  // Every tab begins blank, which nobody asked for.
  if (!entry || entry.url === "about:blank") return false;
  await loading(navigator, tab, signal, () =>
    tab.channel.send("Page.navigateToHistoryEntry", { entryId: entry.id }),
  );
  return true;
}

export async function reload(navigator: Navigator, tab: Tab, signal: AbortSignal): Promise<void> {
  await unstick(tab, signal);
  await loading(navigator, tab, signal, () => tab.channel.send("Page.reload"));
}

/** Runs what makes the browser load something, and waits for it. */
async function loading(
  navigator: Navigator,
  tab: Tab,
  signal: AbortSignal,
  start: () => Promise<unknown>,
): Promise<void> {
  const { interception, tabs } = navigator;
  await stoppingOnTimeout(tab, signal, async () => {
    interception.reset();
    const { begun } = tab.load;
    await within(signal, start());
    await tab.load.settled(signal);
    if (tab.load.begun !== begun && tab.failed) throw unreachable(tab.url);
    await tabs.settled(signal);
    const refused = interception.refusal(tab.targetId);
    if (refused) throw refused;
  });
}

/**
 * Does something to a page and waits for what comes of it: a load that it began, a page that it
 * opened.
 *
 * @throws Fault BAD_REQUEST when it led to a refused address, to one that cannot be reached, or
 * to a file.
 */
export async function acting(
  { tabs, interception }: Navigator,
  tab: Tab,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  interception.reset();
  const { begun, abandoned } = tab.load;
  await stoppingOnTimeout(tab, signal, async () => {
    try {
      await act();
      if (!tab.load.pending) await flush(tab, signal);
    } catch (error) {
      // The page closed itself, or was replaced, in answer.
      if (!(error instanceof DetachedError) && !(error instanceof ProtocolError)) throw error;
      if (error instanceof ProtocolError && tab.load.begun === begun) throw error;
    }
    const now = await tabs.settled(signal);
    const refused = interception.refusal();
    if (refused) throw refused;
    if (tab.load.abandoned !== abandoned) {
      const file = await interception.download(signal);
      if (file !== undefined) throw download(file);
    }
    if (now.failed && (now !== tab || now.load.begun !== begun)) throw unreachable(now.url);
  });
}

/**
 * One round trip through the page's own queue: what its handlers have begun by then is known.
 * A form is submitted in a task of its own, which this one waits behind.
 */
async function flush(tab: Tab, signal: AbortSignal): Promise<void> {
  await within(
    signal,
    tab.channel.send("Runtime.evaluate", {
      expression: "new Promise((done) => setTimeout(done))",
      awaitPromise: true,
    }),
  );
}

/**
 * A page that is stuck in a script also holds up the page that shall take its place. When it does
 * not answer for a while its script is ended, as a person would end it.
 */
export async function unstick(tab: Tab, signal: AbortSignal): Promise<void> {
  const answered = tab.channel.send("Runtime.evaluate", { expression: "1" }).then(
    () => {},
    // It is being replaced already.
    () => {},
  );
  const timer = setTimeout(() => tab.channel.tell("Runtime.terminateExecution"), STUCK_MS);
  try {
    await withLimit(2 * STUCK_MS, (limit) => within(limit, answered), signal);
  } catch {
    // It is still stuck; what is asked of it next will tell.
    assertInTime(signal);
  } finally {
    clearTimeout(timer);
  }
}

/** A load that takes too long must not hold up the next command. */
async function stoppingOnTimeout(
  tab: Tab,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted && !tab.load.complete) {
      tab.channel.tell("Page.stopLoading");
      tab.load.stop();
    }
    throw error;
  }
}

async function failure(
  interception: Interception,
  tab: Tab,
  errorText: string,
  signal: AbortSignal,
): Promise<Fault> {
  const refused = interception.refusal(tab.targetId);
  if (refused) return refused;
  if (errorText !== "net::ERR_ABORTED") {
    return new Fault("BAD_REQUEST", `The page could not be loaded: ${errorText}.`);
  }
  const file = await interception.download(signal);
  if (file !== undefined) return download(file);
  return new Fault("BAD_REQUEST", `The address answered without a page: ${errorText}.`);
}

function download(file: string): Fault {
  return new Fault("BAD_REQUEST", `It is a file to download, "${file}", not a page.`);
}

function unreachable(url: string): Fault {
  return new Fault("BAD_REQUEST", `It led to ${url}, which could not be loaded.`);
}
