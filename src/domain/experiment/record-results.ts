import { type ExperimentRow, experimentOf, findExperiment } from "../../store/experiment.ts";
import { findCrates, type FoundCrate } from "../../store/experiment-crate.ts";
import { keepResults, keptResults, type NewResult } from "../../store/experiment-result.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Json } from "./experiment.ts";
import { logPath, packLog } from "./log-file.ts";
import { assertSound, resultProblem } from "./rules.ts";
import { assertRunner, type RunnerActor } from "./runner.ts";
import { crateKey, toolchainKey } from "./spelling.ts";
import { tell } from "./tell.ts";
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
  const experiment = await experimentFor(ctx, actor, input.experiment);
  const located = await locate(ctx, experiment, input);
  if (experiment.status === "completed" || experiment.status === "aborted") return;
  const news = await notYetKept(ctx, experiment.id, located);
  if (news.length === 0) return;
  const rows: NewResult[] = [];
  for (let at = 0; at < news.length; at += FILES_AT_ONCE) {
    const part = news.slice(at, at + FILES_AT_ONCE);
    rows.push(...(await Promise.all(part.map((one) => withLog(ctx, experiment, one)))));
  }
  const completed = await keepResults(ctx.db, experiment.id, actor.runnerId, rows, ctx.now());
  if (!completed) return;
  await tell(ctx, actor.accountId, completed.name, "experiment_completed", { runner: actor.name });
  await wakeReport(ctx, completed.id);
}

async function experimentFor(
  ctx: Ctx,
  actor: RunnerActor,
  name: string | null,
): Promise<ExperimentRow> {
  const { accountId, runnerId, lateExperimentId: late } = actor;
  if (name !== null) {
    const found = await findExperiment(ctx.db, accountId, { name });
    if (!found) throw new Fault("NOT_FOUND", "Experiment not found");
    return found.experiment;
  }
  const own = await experimentOf(ctx.db, accountId, runnerId);
  if (own) return own;
  const lost = late === null ? undefined : await findExperiment(ctx.db, accountId, { id: late });
  if (lost) return lost.experiment;
  throw new Fault("CONFLICT", "No experiment is assigned to this runner.");
}

type Located = ReportedResult & { position: number; place: number };

async function locate(
  ctx: Ctx,
  experiment: ExperimentRow,
  { results, renamed }: RecordResultsInput,
): Promise<Located[]> {
  const keys = results.map(({ crate }) => crateKey(crate));
  const wanted = [...new Set([...keys, ...(renamed ? [crateKey(renamed.from)] : [])])];
  const found = new Map<string, FoundCrate>(
    (await findCrates(ctx.db, experiment.id, wanted)).map((row) => [row.key, row]),
  );
  const old = renamed && found.get(crateKey(renamed.from));
  if (renamed && old) found.set(crateKey(renamed.to), old);
  const places = JSON.parse(experiment.toolchainKeys) as string[];
  return results.map((result, index) => {
    const position = found.get(keys[index] ?? "")?.position;
    const place = places.indexOf(toolchainKey(result.toolchain));
    const field = (name: string) => (results.length === 1 ? name : `results.${index}.${name}`);
    assertSound({
      [field("crate")]: position === undefined ? "is not part of this experiment" : undefined,
      [field("toolchain")]: place < 0 ? "is not part of this experiment" : undefined,
      [field("result")]: resultProblem(result.result),
    });
    return { ...result, position: position ?? 0, place };
  });
}

/** Without those that are kept, or come twice in one request: their logs stay as they are. */
async function notYetKept(ctx: Ctx, experimentId: number, located: Located[]): Promise<Located[]> {
  const asked = located.map(({ position, place }) => ({ position, toolchain: place }));
  const seen = new Set(
    (await keptResults(ctx.db, experimentId, asked)).map(
      ({ position, toolchain }) => `${position}/${toolchain}`,
    ),
  );
  return located.filter(({ position, place }) => {
    const id = `${position}/${place}`;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

async function withLog(ctx: Ctx, experiment: ExperimentRow, one: Located): Promise<NewResult> {
  const { position, place: toolchain, result, log } = one;
  if (log.byteLength === 0) return { position, toolchain, result, logSize: 0 };
  const { bytes, size: logSize } = await packLog(log);
  const path = logPath(experiment.id, position, toolchain);
  await ctx.ports.files.put(experiment.accountId, path, bytes, "application/gzip");
  return { position, toolchain, result, logSize };
}
