import * as z from "zod";
import { INTERVAL } from "../../domain/monitor/index.ts";
import { integerParameter } from "../kit/index.ts";

/**
 * The requests of wire/agentslug.md, in its own spelling. Unknown fields are ignored. A refusal
 * reads `<field> not valid <what>`, as in the document's `url not valid web url`.
 */

const text = z.string({ error: "not valid text" });

export const TokenCreate = z.object({ login: text, password: text });

export const EmailChange = z.object({ email: z.string({ error: "not valid e-mail address" }) });

export const PasswordChange = z.object({ password: text });

export const Confirmation = z.object({ token: text });

/** Replaces what was there: a field left out is empty from then on. */
export const InvoiceInfo = z.object({
  vat: text.nullish(),
  name: text.nullish(),
  address: text.nullish(),
  city: text.nullish(),
  postal: text.nullish(),
  country: text.nullish(),
  countryType: text.nullish(),
});

/** 0 and 1 are the document's; a client may well mean the same by a boolean. */
const flag = z
  .union([z.literal([0, 1]), z.boolean()], { error: "not valid flag, it is 0 or 1" })
  .transform(Boolean);

const intervalError = `not valid number of seconds from ${INTERVAL.minimum} to ${INTERVAL.maximum}`;

/** What POST and PATCH both take. */
const settable = {
  testName: text.optional(),
  word: text.optional(),
  wordAbsent: text.optional(),
  interval: z
    .int({ error: intervalError })
    .min(INTERVAL.minimum, intervalError)
    .max(INTERVAL.maximum, intervalError)
    .optional(),
  sensitivity: z.literal([5, 10], { error: "not valid level, it is 5 or 10" }).optional(),
  userAgent: text.optional(),
  allowedRedirects: flag.optional(),
  active: flag.optional(),
  method: z
    .enum(["GET", "HEAD", "POST"], { error: "not valid method, it is GET, HEAD or POST" })
    .optional(),
  headers: z
    .record(z.string(), text, { error: "not valid object of header names and values" })
    .optional(),
  body: text.nullish(),
  certWarningDays: z.int({ error: "not valid number of days" }).nullish(),
};

const url = z.string({ error: "not valid web url" });

export const TestCreate = z
  .object({
    ...settable,
    type: z.enum(["http", "push"], { error: "not valid type, it is http or push" }).optional(),
    url: url.nullish(),
  })
  .refine(({ type, url: given }) => type === "push" || typeof given === "string", {
    path: ["url"],
    message: "not valid web url",
  });

export const TestUpdate = z.object({ ...settable, url: url.optional() });

const LAST_SECOND = Date.UTC(9999, 11, 31) / 1000;
const unixSeconds = z.string().transform((given, issues) => {
  const seconds = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN;
  if (seconds <= LAST_SECOND) return seconds;
  issues.addIssue({ code: "custom", message: "not valid UNIX timestamp" });
  return z.NEVER;
});

const MAX_OFFSET = 1_000_000_000;
const limit = (maximum: number) => integerParameter(1, maximum);
const offset = integerParameter(0, MAX_OFFSET).default(0);

/** Both ends inclusive. */
const range = (limits: { default: number; maximum: number }) =>
  z.object({
    limit: limit(limits.maximum).default(limits.default),
    offset,
    sort: z.enum(["asc", "desc"], { error: "not valid sort, it is asc or desc" }).optional(),
    youngest: unixSeconds.optional(),
    oldest: unixSeconds.optional(),
  });

export const CheckRange = range({ default: 100, maximum: 1000 });
/** The document gives them no `limit`: without one they come all, as far as a page goes. */
export const DowntimeRange = range({ default: 1000, maximum: 1000 });
export const StatRange = range({ default: 100, maximum: 50_000 });

export const PublicChecks = z.object({ limit: limit(1000).default(100), offset });

/** The document's list is whole; whoever wants less may say so. */
export const TestList = z.object({ limit: limit(1000).optional(), offset });

const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;

/** `month` with or without its leading zero. */
export const BillingMonth = z.object({
  year: integerParameter(FIRST_YEAR, LAST_YEAR).optional(),
  month: integerParameter(1, 12).optional(),
});
