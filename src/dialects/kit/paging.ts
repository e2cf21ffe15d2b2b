import * as z from "zod";

export interface Slice {
  offset: number;
  limit: number;
}

/** An integer as query strings spell it, within bounds. */
export function integerParameter(minimum: number, maximum: number) {
  const reason = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, reason)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, reason);
}

/** `?offset=&limit=` with a default and a maximum; more than the maximum is refused. */
export function slice(options: { default: number; maximum: number }) {
  return z.object({
    offset: integerParameter(0, 1_000_000_000).default(0),
    limit: integerParameter(1, options.maximum).default(options.default),
  });
}
