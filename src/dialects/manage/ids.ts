import { Fault } from "../../domain/errors.ts";

/** An id in a path. @throws Fault NOT_FOUND for what cannot be one. */
export function idOf(text: string | undefined, what: string): number {
  if (text === undefined || !/^[1-9]\d{0,14}$/.test(text)) {
    throw new Fault("NOT_FOUND", `${what} not found`);
  }
  return Number(text);
}
