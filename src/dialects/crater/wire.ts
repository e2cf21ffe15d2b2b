import * as z from "zod";

/**
 * The requests of wire/crater.md and of the runners that exist. Unknown fields are ignored, and
 * unknown forms of crates, toolchains and results are kept as they came.
 */

/** Bytes: several results with the largest logs that runners keep (5 MB), as base64. */
export const RESULTS_BODY_LIMIT = 16 * 1024 * 1024;
const MAX_RESULTS = 100;

const given = z.unknown().refine((value) => value !== undefined && value !== null, "is required");

export const Registration = z.object({
  capabilities: z.array(z.string()).default(["linux"]),
});

/** The experiment's name. */
export const NextCrate = z.string("must be the experiment's name, as a JSON string");

const result = z.object({
  crate: given,
  toolchain: given,
  /** Older ones as text; `{"BuildFail":"…"}` and the like are kept as they came. */
  result: z.union([z.string(), z.record(z.string(), z.unknown())], "must be a result"),
  /** Base64. */
  log: z.string("must be base64").nullish(),
});
export type WireResult = z.output<typeof result>;

export const RecordResult = result;

export const RecordProgress = z
  .object({
    "experiment-name": z.string().nullish(),
    results: z.array(result).max(MAX_RESULTS, `must be at most ${MAX_RESULTS} results`).nullish(),
    result: result.nullish(),
    /** What a crate was called before, and what it is called now. */
    version: z.tuple([given, given]).nullish(),
  })
  .refine(({ results, result: only }) => results != null || only != null, {
    path: ["results"],
    error: "is required",
  });

/** What a runner says of itself is for people; nothing in it is needed. */
export const Heartbeat = z.unknown();

export const RunnerError = z.object({
  error: z.unknown(),
});
