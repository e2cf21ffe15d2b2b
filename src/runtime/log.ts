import { DrizzleQueryError } from "drizzle-orm";
import type { Log } from "../domain/context.ts";

/** One JSON line per event on the console, which Workers Logs index by field. */
export function createLog(fields: Record<string, unknown>): Log {
  return {
    info: (event, more) => console.log(JSON.stringify({ event, ...fields, ...more })),
    error: (event, error, more) =>
      console.error(JSON.stringify({ event, ...fields, ...more, error: nameOf(error) })),
  };
}

/**
 * Name, message and stack of an error. A database error's message carries the statement and its
 * parameters, which are a tenant's data: of those only the cause is told, and the way there.
 */
function nameOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  if (error instanceof DrizzleQueryError) {
    return {
      name: "DrizzleQueryError",
      ...(error.cause instanceof Error && { cause: error.cause.message }),
      stack: error.stack?.replace(error.message, "").trim(),
    };
  }
  return { name: error.name, message: error.message, stack: error.stack };
}
