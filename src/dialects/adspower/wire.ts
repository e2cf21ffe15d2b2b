import * as z from "zod";
import { VISIT_STATUSES } from "../../domain/telemetry/index.ts";
import { integerParameter } from "../kit/index.ts";

/**
 * The requests of wire/adspower.md in its spelling. Unknown fields are ignored, and `null` is
 * taken for absent.
 */

const MAX_PAGE = 1_000_000_000;
/** Bytes of one event's details, as JSON. */
const MAX_DETAILS_BYTES = 16 * 1024;
/** Events in one request. */
const MAX_EVENTS = 500;
/** Bytes: so many events with so large details, and what stands around them. */
export const EVENTS_BODY_LIMIT = MAX_EVENTS * (MAX_DETAILS_BYTES + 1024);

const text = (maximum: number) =>
  z.string().max(maximum, `must have at most ${maximum} characters`);
const named = (maximum: number) => text(maximum).min(1, "must not be empty");
/** Ids stand in paths, lists and files: white space around them, or control characters, do not. */
const id = named(200).regex(
  /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u,
  "has characters that no id has",
);

const paging = (options: { default: number; maximum: number }) => ({
  page: integerParameter(1, MAX_PAGE).default(1),
  per_page: integerParameter(1, options.maximum).default(options.default),
});
/** An empty parameter is as good as none. */
const filter = (maximum: number) => text(maximum).optional();
const status = z
  .enum(["", ...VISIT_STATUSES], `must be one of ${VISIT_STATUSES.join(", ")}`)
  .optional();

export const SessionList = z.object({
  ...paging({ default: 20, maximum: 100 }),
  status,
  country: filter(100),
  search: filter(200),
});

export const SessionExport = z.object({ status, country: filter(100) });

export const EventList = z.object({
  ...paging({ default: 50, maximum: 200 }),
  event_type: filter(100),
  session_id: filter(200),
});

export const EventExport = z.object({ event_type: filter(100), session_id: filter(200) });

export const RegisterRequest = z.object({
  session_id: id,
  profile_id: named(200),
  device: named(100).nullish(),
  target_url: text(8192).nullish(),
  proxy: text(500).nullish(),
  country: text(100).nullish(),
});

export const EndRequest = z.object({
  session_id: named(200),
  success: z.boolean("must be true or false").nullish(),
  duration: z
    .number("must be a number of seconds")
    .min(0, "must not be negative")
    .max(1e9, "must be a number of seconds")
    .nullish(),
  error: text(10_000).nullish(),
});

/** A JSON object, as text from here on. */
const details = z
  .record(z.string(), z.unknown(), { error: "must be a JSON object" })
  .transform((value) => JSON.stringify(value))
  .refine(
    (json) => new TextEncoder().encode(json).byteLength <= MAX_DETAILS_BYTES,
    `must have at most ${MAX_DETAILS_BYTES} bytes`,
  );

const event = z.object({
  session_id: named(200),
  event_type: named(100),
  details: details.nullish(),
  /** The running service's name for the details (wire/notes.md). */
  data: details.nullish(),
});

const events = z
  .array(event)
  .min(1, "must not be empty")
  .max(MAX_EVENTS, `must have at most ${MAX_EVENTS} events`);

/** One event as documented, or several, all or nothing. Not a union: that names no field. */
export const EventRequest = z.unknown().transform((value, check): WireEvent | WireEvent[] => {
  const result = (Array.isArray(value) ? events : event).safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) check.issues.push(issue as z.core.$ZodRawIssue);
  return z.NEVER;
});
export type WireEvent = z.output<typeof event>;

const flag = z
  .enum(["true", "false", "1", "0"], "must be 1 or 0")
  .default("0")
  .transform((value) => value === "true" || value === "1");

export const WatchQuery = z.object({
  format: z.enum(["flat", "nested"], "must be flat or nested").default("flat"),
  since: integerParameter(0, Number.MAX_SAFE_INTEGER).optional(),
  ack: flag,
  batch: flag,
  session_id: filter(200),
  event_type: filter(100),
});
