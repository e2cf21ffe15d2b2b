import type * as z from "zod";
import { Fault } from "../../domain/errors.ts";

/**
 * Checks a value against a schema.
 * @throws Fault BAD_REQUEST whose message names the first offending field and whose `fields`
 * name them all.
 */
export function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: "query" | "body",
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const issue of result.error.issues) {
    for (const [name, reason] of describe(issue)) fields[name] ??= reason;
  }
  const named = Object.entries(fields).map(([name, reason]) =>
    name ? `${name}: ${reason}` : reason,
  );
  throw new Fault("BAD_REQUEST", named.join("; ") || `The ${what} is not valid.`, { fields });
}

function describe(issue: z.core.$ZodIssue): [string, string][] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => [path ? `${path}.${key}` : key, "is not a known field"]);
  }
  // Zod says "expected string, received undefined" where a person would say "required".
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return [[path, "is required"]];
  }
  return [[path, issue.message.replace(/^Invalid input: /, "")]];
}
