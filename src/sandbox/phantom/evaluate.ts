import type { Frame } from "./frames.ts";
import type { Page } from "./page.ts";
import type { Send } from "./protocol.ts";
import { traceOf } from "./trace.ts";

/** The page went away under a script: it has no answer, and that is no fault. */
const GONE = /context|navigated|closed|detached|Session|target|Promise was collected/i;

/**
 * Runs an expression in a frame of the page, the one that the script has switched to by default.
 * What it throws is told as the page's error. @returns Its value; null for none.
 */
export async function run(page: Page, expression: string, frame?: Frame): Promise<unknown> {
  const where = frame ?? (await page.frames.ready());
  if (where?.context === undefined) return null;
  try {
    const { result, exceptionDetails } = await where.send("Runtime.evaluate", {
      expression,
      contextId: where.context,
      returnByValue: true,
      awaitPromise: true,
      userGesture: true,
    });
    if (exceptionDetails) {
      page.notify("onError", traceOf(exceptionDetails), "now");
      return null;
    }
    return (result.value as unknown) ?? null;
  } catch (error) {
    if (GONE.test((error as Error).message)) return null;
    throw error;
  } finally {
    await page.loading.settled();
  }
}

/**
 * `page.evaluate`: a call, in the page, whose value comes back as its JSON. What has none (a node,
 * a ring of objects) comes back as nothing.
 */
export async function evaluate(page: Page, call: string): Promise<{ value: unknown } | null> {
  const value = await run(
    page,
    `(function () {
  var value = ${call};
  try {
    return JSON.stringify({ value: value === undefined ? null : value });
  } catch (_) {
    return null;
  }
}).call(window)`,
  );
  return typeof value === "string" ? (JSON.parse(value) as { value: unknown }) : null;
}

/** Has a page compute something that is no business of its own. @throws Error in its words. */
export async function computeIn(send: Send, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = await send("Runtime.evaluate", {
    expression,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(traceOf(exceptionDetails)[0]);
  return result.value;
}
