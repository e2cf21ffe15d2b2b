import type { ExperimentRow } from "../../store/experiment.ts";
import { findCrates, type FoundCrate } from "../../store/experiment-crate.ts";
import { keepResults, type NewResult } from "../../store/experiment-result.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Json } from "./experiment.ts";
import { logPath, packLog } from "./log-file.ts";
import { assertSound, resultProblem } from "./rules.ts";
import { assertRunner, type RunnerActor } from "./runner.ts";
import { crateKey, toolchainKey } from "./spelling.ts";
import { eventOf, tellOwed } from "./tell.ts";
import { wakeReport } from "./wake-report.ts";

export interface ReportedResult {
  crate: Json;
  toolchain: Json;
  /** As runners write them, such as `test-pass` or `build-fail:compiler-error`. */
  result: string;
  log: Uint8Array;
}

export interface RecordResultsInput {
  /** Null: the runner's own, or the one that was taken from it. */
  experiment: string | null;
  results: ReportedResult[];
  /** A crate by another name, as a runner sends it that found out which revision it is. */
  renamed?: { from: Json; to: Json };
}

/** Logs stored at the same time; the platform allows six connections. */
const FILES_AT_ONCE = 4;

/**
 * Keeps results with their logs, each crate and toolchain's first one. Those of an experiment that
 * was taken from the runner are kept too, while it lasts; those of one that has ended are not.
 * @throws Fault NOT_FOUND when the experiment is not there, CONFLICT when the runner has none,
 * BAD_REQUEST for a crate or a toolchain that is not part of it.
 */
export async function recordResults(ctx: Ctx, input: RecordResultsInput): Promise<void> {
  const actor = assertRunner(ctx);
  const wanted = input.results.map(({ crate }) => crate);
  if (input.renamed) wanted.push(input.renamed.from);
  const keys = [...new Set(wanted.map(crateKey))];
  const found = await findCrates(ctx.db, actor.accountId, whichOf(actor, input), keys);
  if (!found) throw new Fault("NOT_FOUND", "Experiment not found");
  const { experiment, crates } = found;
  const located = locate(experiment, crates, input);
  if (experiment.status === "completed" || experiment.status === "aborted") return;
  const news = notYetKept(located);
  if (news.length === 0) return;
  const rows: NewResult[] = [];
  for (let at = 0; at < news.length; at += FILES_AT_ONCE) {
    const part = news.slice(at, at + FILES_AT_ONCE);
    rows.push(...(await Promise.all(part.map((one) => withLog(ctx, experiment, actor, one)))));
  }
  const event = eventOf(ctx, "experiment_completed", { runner: actor.name });
  const ended = await keepResults(ctx.db, experiment.id, actor.runnerId, rows, ctx.now(), event);
  if (!ended) return;
  await tellOwed(ctx, actor.accountId);
  await wakeReport(ctx, experiment.id);
}

/** The experiment that it names; else the runner's own, or the one that was taken from it. */
function whichOf(
  { experimentId, lateExperimentId }: RunnerActor,
  { experiment: name }: RecordResultsInput,
): { id: number } | { name: string } {
  if (name !== null) return { name };
  const id = experimentId ?? lateExperimentId;
  if (id === null) throw new Fault("CONFLICT", "No experiment is assigned to this runner.");
  return { id };
}

type Located = ReportedResult & Pick<FoundCrate, "position" | "kept"> & { place: number };

function locate(
  experiment: ExperimentRow,
  crates: FoundCrate[],
  { results, renamed }: RecordResultsInput,
): Located[] {
  const found = new Map(crates.map((row) => [row.key, row]));
  const old = renamed && found.get(crateKey(renamed.from));
  if (renamed && old) found.set(crateKey(renamed.to), old);
  const places = JSON.parse(experiment.toolchainKeys) as string[];
  return results.map((result, index) => {
    const row = found.get(crateKey(result.crate));
    const place = places.indexOf(toolchainKey(result.toolchain));
    const field = (name: string) => (results.length === 1 ? name : `results.${index}.${name}`);
    assertSound({
      [field("crate")]: row ? undefined : "is not part of this experiment",
      [field("toolchain")]: place < 0 ? "is not part of this experiment" : undefined,
      [field("result")]: resultProblem(result.result),
    });
    return { ...result, position: row?.position ?? 0, kept: row?.kept ?? [], place };
  });
}

/** Without those that are kept, or come twice in one request: their logs stay as they are. */
function notYetKept(located: Located[]): Located[] {
  const seen = new Set(
    located.flatMap(({ position, kept }) => kept.map((place) => `${position}/${place}`)),
  );
  return located.filter(({ position, place }) => {
    const id = `${position}/${place}`;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

async function withLog(
  ctx: Ctx,
  experiment: ExperimentRow,
  { runnerId }: RunnerActor,
  one: Located,
): Promise<NewResult> {
  const { position, place: toolchain, result, log } = one;
  if (log.byteLength === 0) return { position, toolchain, result, logSize: 0 };
  const { bytes, size: logSize } = await packLog(log);
  const path = logPath(experiment.id, { position, toolchain, runnerId });
  await ctx.ports.files.put(experiment.accountId, path, bytes, "application/gzip");
  return { position, toolchain, result, logSize };
}
