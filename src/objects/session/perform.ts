import { Fault } from "../../domain/errors.ts";
import type { SessionEvent } from "../../domain/event.ts";
import type { Language } from "../../domain/page.ts";
import type { Browser, BrowserPage, ScreenshotOptions } from "../../domain/ports.ts";
import type {
  SessionCommand,
  SessionResult,
  SessionResults,
  StepReport,
  WorkflowStep,
} from "../../domain/session/session.ts";
import type { TypedText } from "./typed-text.ts";

/** A browser answers within milliseconds; one that needs longer is dead or stopped. */
const RESPONDS_WITHIN_MS = 5000;

/** What the last look of a command that waits may take beyond its time. */
const LAST_LOOK_MS = 2000;

/** What a command works with. */
export interface Stage {
  language: Language;
  typed: TypedText;
  /** The live browser: launched, joined or restored on the first call. */
  browser: () => Promise<Browser>;
  emit: (event: SessionEvent) => void;
  /** Stores a workflow's picture and gives its id. */
  storeScreenshot: (bytes: Uint8Array, format: ScreenshotOptions["format"]) => Promise<string>;
  now: () => number;
}

/**
 * Carries out one command.
 * @throws Fault TIMEOUT when its time is up; what the page's port and the language throw.
 */
export async function perform<C extends SessionCommand>(
  stage: Stage,
  command: C,
): Promise<SessionResult<C>> {
  return (await performAny(stage, command)) as SessionResult<C>;
}

async function performAny(
  stage: Stage,
  command: SessionCommand,
): Promise<SessionResults[SessionCommand["type"]]> {
  if (command.type === "workflow") return workflow(stage, command.steps);
  // It answers "not met" itself rather than being cut off.
  const grace = command.type === "wait_for" ? LAST_LOOK_MS : 0;
  return withPage(stage, command.timeoutMs + grace, async (page, browser, signal) => {
    switch (command.type) {
      case "navigate":
        await page.go(command.url, command.waitUntil);
        return { url: page.url(), title: await page.title() };
      case "act":
        return act(stage, page, command.command);
      case "extract":
        return { result: await stage.language.extract(page, command.query) };
      case "wait_for":
        return waitFor(stage, page, command, signal);
      case "screenshot": {
        const picture = await page.screenshot(command.options);
        const { format, fullPage } = command.options;
        stage.emit({ type: "screenshot", format, fullPage });
        return { ...picture, url: page.url() };
      }
      case "pdf":
        return { bytes: await page.pdf() };
      case "content":
        return { html: await page.html(), url: page.url(), title: await page.title() };
      case "markdown": {
        const markdown = await stage.language.markdown(page);
        return { markdown, url: page.url(), title: await page.title() };
      }
      case "cookies":
        return { cookies: await browser.cookies() };
      case "set_cookies":
        await browser.setCookies(command.cookies);
        return { count: command.cookies.length };
      default:
        return command satisfies never;
    }
  });
}

/**
 * Gives the work the current page for at most `timeoutMs`, not counting the wait for a browser.
 * A browser that turns out to be gone before the work touched the page is replaced once.
 */
async function withPage<T>(
  stage: Stage,
  timeoutMs: number,
  work: (page: BrowserPage, browser: Browser, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const browser = await stage.browser();
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    let page: BrowserPage | null = null;
    try {
      return await Promise.race([
        expiry(limit.signal, timeoutMs),
        loss(browser),
        browser.page(limit.signal).then((current) => {
          page = remembering(current, stage.typed);
          return work(page, browser, limit.signal);
        }),
      ]);
    } catch (error) {
      const touched = (page as BrowserPage | null)?.touched ?? false;
      if (attempt === 1 && !browser.connected && !touched && !limit.signal.aborted) continue;
      if (!browser.connected && !(error instanceof Fault && error.code === "TIMEOUT")) {
        throw new Fault("UNAVAILABLE", "The browser was lost during the command.", {
          retryAfter: 1,
        });
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Rejects when the browser turns out to be dead behind a connection that still stands. */
function loss(browser: Browser): Promise<never> {
  return new Promise((_resolve, reject) => {
    void browser.responds(RESPONDS_WITHIN_MS).then((answers) => {
      if (!answers) reject(new Fault("UNAVAILABLE", "The browser does not answer."));
    });
  });
}

function expiry(signal: AbortSignal, timeoutMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Fault("TIMEOUT", `The command was not done within ${timeoutMs} ms.`));
    });
  });
}

/** The same page, remembering what is typed into it so that it can be masked later. */
function remembering(page: BrowserPage, typed: TypedText): BrowserPage {
  return new Proxy(page, {
    get: (target, name) => {
      if (name === "fill") {
        return (ref: string, text: string) => {
          typed.remember(text);
          return target.fill(ref, text);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function act(
  stage: Stage,
  page: BrowserPage,
  command: string,
): Promise<SessionResults["act"]> {
  const { action, element } = await stage.language.act(page, command);
  // Readers of the session see the title that the action led to, not the one before.
  await page.title();
  const report = { action, element: stage.typed.mask(element) };
  stage.emit({ type: "action", ...report });
  return report;
}

async function waitFor(
  stage: Stage,
  page: BrowserPage,
  command: Extract<SessionCommand, { type: "wait_for" }>,
  signal: AbortSignal,
): Promise<SessionResults["wait_for"]> {
  const check = stage.language.condition(command.condition);
  const started = stage.now();
  for (;;) {
    const { met, details } = await check(page);
    const elapsedMs = stage.now() - started;
    const left = command.timeoutMs - elapsedMs;
    if (met || left <= 0 || signal.aborted) return { met, elapsedMs, details };
    await new Promise((resolve) => {
      setTimeout(resolve, Math.min(command.pollMs, left));
    });
  }
}

async function workflow(stage: Stage, steps: WorkflowStep[]): Promise<SessionResults["workflow"]> {
  const reports: StepReport[] = [];
  for (const [index, step] of steps.entries()) {
    const head = { step: index, action: step.action };
    try {
      reports.push({ ...head, ok: true, ...(await performStep(stage, step)) });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      stage.emit({ type: "error", message: stage.typed.mask(error.message) });
      reports.push({ ...head, ok: false, error: error.message });
      return { completed: false, steps: reports };
    }
  }
  return { completed: true, steps: reports };
}

function performStep(
  stage: Stage,
  step: WorkflowStep,
): Promise<Pick<StepReport, "result" | "screenshotId">> {
  return withPage(stage, step.timeoutMs, async (page) => {
    switch (step.action) {
      case "goto":
        await page.go(step.url, step.waitUntil);
        return {};
      case "act":
        await act(stage, page, step.command);
        return {};
      case "extract":
        return { result: await stage.language.extract(page, step.query) };
      case "screenshot": {
        const { bytes } = await page.screenshot(step.options);
        const { format, fullPage } = step.options;
        stage.emit({ type: "screenshot", format, fullPage });
        return { screenshotId: await stage.storeScreenshot(bytes, format) };
      }
      default:
        return step satisfies never;
    }
  });
}
