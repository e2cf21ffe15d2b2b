import * as z from "zod";
import { LLM_PROVIDERS } from "../../domain/session/index.ts";
import { integerParameter, slice } from "../kit/index.ts";

/**
 * The requests of wire/flybrowser.md in its spelling. Unknown fields are ignored, and `null` is
 * taken for absent, as its clients send both.
 */

const TIMEOUT_MS = { minimum: 1, maximum: 120_000, default: 30_000 };
const MAX_TEXT_LENGTH = 10_000;
const MAX_STEPS = 200;

const text = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(MAX_TEXT_LENGTH, `must have at most ${MAX_TEXT_LENGTH} characters`);

const timeoutMs = z
  .int("must be a whole number of milliseconds")
  .min(TIMEOUT_MS.minimum, `must be from ${TIMEOUT_MS.minimum} to ${TIMEOUT_MS.maximum}`)
  .max(TIMEOUT_MS.maximum, `must be from ${TIMEOUT_MS.minimum} to ${TIMEOUT_MS.maximum}`);

/** `timeout_ms`, or its alias `timeout`. */
const timed = { timeout_ms: timeoutMs.nullish(), timeout: timeoutMs.nullish() };

/** The time limit that a request names, in milliseconds. */
export function timeoutOf(request: {
  timeout_ms?: number | null | undefined;
  timeout?: number | null | undefined;
}): number {
  return request.timeout_ms ?? request.timeout ?? TIMEOUT_MS.default;
}

/** An address as far as its form goes; whether it may be asked for is the guard's to say. */
const address = z
  .string()
  .trim()
  .max(8192, "must have at most 8192 characters")
  .refine((url) => URL.canParse(url), "must be an absolute URL, such as https://example.com")
  .refine(
    (url) => !URL.canParse(url) || /^https?:$/.test(new URL(url).protocol),
    "must be http or https",
  );

const waitUntil = z
  .enum(["load", "domcontentloaded", "networkidle", "networkidle0", "networkidle2", "commit"])
  .transform((name) => (name === "networkidle0" || name === "networkidle2" ? "networkidle" : name));

export const SessionCreateRequest = z.object({
  llm_provider: z.enum(LLM_PROVIDERS).nullish(),
  llm_model: z.string().max(200).nullish(),
  api_key: z.string().max(4096).nullish(),
  base_url: address.nullish(),
  headless: z
    .boolean()
    .nullish()
    .refine((value) => value !== false, "only headless browsers run here: there is no display"),
  browser_type: z
    .enum(["chromium", "firefox", "webkit"])
    .nullish()
    .refine(
      (value) => value === undefined || value === null || value === "chromium",
      "only chromium runs on Cloudflare Browser Rendering",
    ),
  region: z.string().max(20).nullish(),
  timeout: z
    .int("must be a whole number of seconds")
    .min(10, "must be from 10 to 3600")
    .max(3600, "must be from 10 to 3600")
    .nullish(),
});

export const SessionList = slice({ default: 100, maximum: 1000 });

export const NavigateRequest = z.object({
  url: address,
  wait_until: waitUntil.nullish(),
  ...timed,
});

/** `query`, or `instruction` as FlyBrowser's own client says. */
export const ExtractRequest = z
  .object({ query: text.nullish(), instruction: text.nullish(), ...timed })
  .transform(({ query, instruction, ...rest }) => ({ ...rest, query: query ?? instruction }))
  .refine((request) => request.query !== undefined && request.query !== null, {
    path: ["query"],
    message: "is required",
  })
  .transform((request) => ({ ...request, query: request.query ?? "" }));

/** `command`, or `instruction` as FlyBrowser's own client says. */
export const ActionRequest = z
  .object({ command: text.nullish(), instruction: text.nullish(), ...timed })
  .transform(({ command, instruction, ...rest }) => ({ ...rest, command: command ?? instruction }))
  .refine((request) => request.command !== undefined && request.command !== null, {
    path: ["command"],
    message: "is required",
  })
  .transform((request) => ({ ...request, command: request.command ?? "" }));

const imageFormat = z.enum(["png", "jpeg", "webp"]);
const selector = z.string().trim().min(1).max(1000);

const flagParameter = z
  .enum(["true", "false", "1", "0"], "must be true or false")
  .transform((value) => value === "true" || value === "1");

export const ScreenshotQuery = z.object({
  full_page: flagParameter.optional(),
  format: imageFormat.optional(),
  quality: integerParameter(1, 100).optional(),
  selector: selector.optional(),
  timeout_ms: integerParameter(TIMEOUT_MS.minimum, TIMEOUT_MS.maximum).optional(),
});

export const ScreenshotRequest = z.object({
  full_page: z.boolean().nullish(),
  format: imageFormat.nullish(),
  quality: z.int().min(1).max(100).nullish(),
  selector: selector.nullish(),
  ...timed,
});

const step = z.discriminatedUnion(
  "action",
  [
    z.object({
      action: z.literal("goto"),
      url: address,
      wait_until: waitUntil.nullish(),
      ...timed,
    }),
    z.object({ action: z.literal("act"), command: text, ...timed }),
    z.object({ action: z.literal("extract"), query: text, ...timed }),
    z.object({
      action: z.literal("screenshot"),
      full_page: z.boolean().nullish(),
      format: imageFormat.nullish(),
      quality: z.int().min(1).max(100).nullish(),
      selector: selector.nullish(),
      ...timed,
    }),
  ],
  "must be one of goto, act, extract, screenshot",
);
export type WorkflowStep = z.output<typeof step>;

const variable = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The steps are checked after `variables` are put in: see `convert.ts`. */
export const WorkflowRequest = z.object({
  workflow: z.object({
    name: z.string().trim().min(1, "must not be empty").max(200),
    steps: z.array(z.unknown()).min(1, "must not be empty").max(MAX_STEPS),
  }),
  variables: z.record(z.string(), variable).nullish(),
});
export const WorkflowSteps = z.object({ workflow: z.object({ steps: z.array(step) }) });

/** wire/notes.md: the client's `monitor`. Seconds. */
export const MonitorRequest = z.object({
  condition: text,
  timeout: z.number().min(1, "must be from 1 to 300").max(300, "must be from 1 to 300").nullish(),
  poll_interval: z
    .number()
    .min(0.1, "must be from 0.1 to 10")
    .max(10, "must be from 0.1 to 10")
    .nullish(),
});

const cookieText = (maximum: number) => z.string().max(maximum);

/** In our spelling, and in the browsers' own camel case. */
export const CookiesRequest = z.object({
  cookies: z
    .array(
      z.object({
        name: cookieText(4096).min(1),
        value: cookieText(4096),
        domain: cookieText(255).nullish(),
        path: cookieText(2048).nullish(),
        url: address.nullish(),
        expires: z.number().nullish(),
        http_only: z.boolean().nullish(),
        httpOnly: z.boolean().nullish(),
        secure: z.boolean().nullish(),
        same_site: z.enum(["Strict", "Lax", "None"]).nullish(),
        sameSite: z.enum(["Strict", "Lax", "None"]).nullish(),
      }),
    )
    .max(1000),
});

export const TimedQuery = z.object({
  timeout_ms: integerParameter(TIMEOUT_MS.minimum, TIMEOUT_MS.maximum).optional(),
});

export const WatchQuery = z.object({
  since: integerParameter(0, Number.MAX_SAFE_INTEGER).optional(),
  ack: flagParameter.default(false),
});
