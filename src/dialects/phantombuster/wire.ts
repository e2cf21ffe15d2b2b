import * as z from "zod";
import {
  MAX_ARGUMENT_BYTES,
  MAX_SCRIPT_BYTES,
  MAX_STORE_INFO_BYTES,
} from "../../domain/agent/index.ts";
import { integerParameter } from "../kit/index.ts";

/**
 * The requests of wire/phantombuster.rst and of the API's later generations (wire/notes.md,
 * "Phantombuster v1"). Unknown fields are ignored, and an empty parameter counts as left out.
 */

/** Bytes: a form writes three for one. */
const FORM_FACTOR = 3;
const ROOM = 64 * 1024;
export const LAUNCH_BODY_LIMIT = FORM_FACTOR * MAX_ARGUMENT_BYTES + ROOM;
export const SCRIPT_BODY_LIMIT = FORM_FACTOR * MAX_SCRIPT_BYTES + ROOM;
export const STORE_INFO_BODY_LIMIT = 2 * FORM_FACTOR * MAX_STORE_INFO_BYTES + ROOM;

/** What a launch answers with. */
export const OUTPUTS = [
  "json",
  "result-object",
  "first-result-object",
  "result-object-with-output",
  "event-stream",
  "raw",
] as const;
export type Output = (typeof OUTPUTS)[number];

/** Empty and null: as if left out. */
const blankable = <S extends z.ZodType>(schema: S) =>
  z
    .union([z.literal("").transform(() => undefined), z.null().transform(() => undefined), schema])
    .optional();

/** "If present and not empty", whatever it says; of JSON `false` is empty too. */
const given = z
  .union([z.string(), z.number(), z.boolean(), z.null()], "must be text")
  .transform(Boolean)
  .optional();

/** JSON as text, or the value itself in a JSON body; text of it either way. */
const argument = z
  .unknown()
  .transform((value, issues) => {
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value !== "string") return JSON.stringify(value);
    try {
      JSON.parse(value);
      return value;
    } catch {
      issues.addIssue({ code: "custom", message: "must be JSON" });
      return z.NEVER;
    }
  })
  .optional();

/** In the query or in the body. */
export const LaunchOptions = z.object({
  command: blankable(z.string("must be text")),
  argument,
  saveLaunchOptions: given,
  output: blankable(z.enum(OUTPUTS, `must be one of ${OUTPUTS.join(", ")}`)),
});
export type LaunchOptions = z.output<typeof LaunchOptions>;

export const AbortOptions = z.object({ softAbort: given });
export type AbortOptions = z.output<typeof AbortOptions>;

const MAX_NUMBER = 1_000_000_000_000_000 - 1;
const number = (minimum = 0) => blankable(integerParameter(minimum, MAX_NUMBER));

/** Later clients say `true` and `false` here. */
const yes = z
  .string()
  .transform((value) => /^(?:1|true)$/i.test(value))
  .optional();

export const OutputQuery = z
  .object({
    mode: blankable(z.enum(["track", "most-recent"], "must be track or most-recent")),
    containerId: number(),
    launchNumber: number(),
    fromMessageId: number(-1),
    fromOutputPos: number(),
    withoutResultObject: yes,
  })
  .refine(({ mode, containerId }) => mode !== "track" || Boolean(containerId), {
    path: ["containerId"],
    error: "is required in track mode",
  });
export type OutputQuery = z.output<typeof OutputQuery>;

export const AgentQuery = z.object({ withScript: given });

export const ScriptQuery = z.object({ withoutText: given });

export const ScriptSave = z.object({
  text: z.string("must be text"),
  insertOnly: given,
  source: blankable(
    z.string("must be text").regex(/^[A-Za-z0-9 ]{1,20}$/, "must be up to 20 letters and digits"),
  ),
});

export type ScriptSave = z.output<typeof ScriptSave>;

/** What the SDK sends of the `.json` and the `.md` beside a script. */
export const StoreInfo = z.object({
  infoString: z.string("must be text").default(""),
  markdown: z.string("must be text").default(""),
});
