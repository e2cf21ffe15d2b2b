import { Fault } from "../errors.ts";
import type { Json } from "./experiment.ts";

export const MAX_RUNNERS = 1000;
export const MAX_CRATES = 200_000;
const MAX_CRATE_BYTES = 4000;
const MAX_TOOLCHAINS = 10;
const MAX_TOOLCHAIN_BYTES = 4000;
const MAX_WORDS = 50;
/** Readers of JSON have stacks of their own. */
const MAX_DEPTH = 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const WORD = /^[^\s\p{C}]{1,100}$/u;
const RESULT = /^[^\p{C}]{1,500}$/u;

/** @throws Fault BAD_REQUEST whose `fields` name what was found wrong. */
export function assertSound(found: Record<string, string | undefined>): void {
  const fields: Record<string, string> = {};
  for (const [field, problem] of Object.entries(found)) {
    if (problem !== undefined) fields[field] = problem;
  }
  const named = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  if (named.length > 0) throw new Fault("BAD_REQUEST", named.join("; "), { fields });
}

/** Names stand in paths and events; one of digits alone would be taken for an id. */
export function nameProblem(name: string): string | undefined {
  return NAME.test(name) && !/^\d+$/.test(name)
    ? undefined
    : "must have 1 to 100 letters, digits, dots, dashes or underscores, not digits alone";
}

export function wordsProblem(words: string[]): string | undefined {
  return words.length <= MAX_WORDS && words.every((word) => WORD.test(word))
    ? undefined
    : `must be at most ${MAX_WORDS} words`;
}

export function wordProblem(word: string): string | undefined {
  return WORD.test(word) ? undefined : "must be one word of at most 100 characters";
}

export function priorityProblem(priority: number): string | undefined {
  return Number.isInteger(priority) && Math.abs(priority) <= 1_000_000
    ? undefined
    : "must be a whole number from -1000000 to 1000000";
}

export function crateProblem(crate: Json): string | undefined {
  return jsonProblem(crate, MAX_CRATE_BYTES);
}

export function toolchainsProblem(toolchains: Json[], keys: string[]): string | undefined {
  if (toolchains.length < 1 || toolchains.length > MAX_TOOLCHAINS) {
    return `must be 1 to ${MAX_TOOLCHAINS} toolchains`;
  }
  const problem = toolchains
    .map((toolchain) => jsonProblem(toolchain, MAX_TOOLCHAIN_BYTES))
    .find((found) => found !== undefined);
  if (problem !== undefined) return problem;
  return new Set(keys).size === keys.length ? undefined : "must not hold one toolchain twice";
}

/** As runners write them, such as `build-fail:compiler-error`. */
export function resultProblem(result: string): string | undefined {
  return RESULT.test(result) ? undefined : "must be one line of at most 500 characters";
}

function jsonProblem(value: Json, maximum: number): string | undefined {
  if (typeof value !== "string" && (typeof value !== "object" || value === null)) {
    return "must be a JSON object or a name";
  }
  if (!isWithin(value, MAX_DEPTH)) return `must be nested at most ${MAX_DEPTH} deep`;
  const { length } = new TextEncoder().encode(JSON.stringify(value));
  return length <= maximum ? undefined : `must have at most ${maximum} bytes`;
}

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1));
}
