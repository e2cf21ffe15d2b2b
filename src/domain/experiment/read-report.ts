import type { ExperimentRow } from "../../store/experiment.ts";
import { findReport } from "../../store/experiment-report.ts";
import { findResult } from "../../store/experiment-result.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { StoredFile } from "../ports.ts";
import { type Counts, countsOf } from "./compare.ts";
import { type Experiment, experimentOf } from "./experiment.ts";
import { logPath } from "./log-file.ts";
import { piecePath, type ReportRow } from "./report-piece.ts";
import { toolchainName } from "./spelling.ts";

/** A report as whoever has its link may read it. */
export interface Report {
  experiment: Experiment;
  /** Names of the toolchains; the first is compared with the last. */
  toolchains: string[];
  counts: Counts;
  /** Pieces that can be read; 0 while it is not there. */
  pieces: number;
}

/** @param hash What the report's link holds: it is the credential. @throws Fault NOT_FOUND */
export async function readReport(ctx: Ctx, hash: string): Promise<Report> {
  const row = await reported(ctx, hash);
  const experiment = experimentOf(row, null);
  return {
    experiment,
    toolchains: experiment.toolchains.map(toolchainName),
    counts: countsOf(row),
    pieces: row.reportedAt === null ? 0 : row.reportPieces,
  };
}

/** The crates of one piece, as JSON. @throws Fault NOT_FOUND */
export async function readReportPiece(
  ctx: Ctx,
  input: { hash: string; piece: number },
): Promise<StoredFile> {
  const row = await reported(ctx, input.hash);
  if (row.reportedAt === null || input.piece >= row.reportPieces) throw absent();
  return pieceOf(ctx, row, input.piece);
}

/** All crates, a piece at a time. @throws Fault NOT_FOUND while the report is not there. */
export async function reportRows(ctx: Ctx, hash: string): Promise<AsyncGenerator<ReportRow[]>> {
  const row = await reported(ctx, hash);
  if (row.reportedAt === null) throw absent();
  return portions(ctx, row);
}

async function* portions(ctx: Ctx, row: ExperimentRow): AsyncGenerator<ReportRow[]> {
  for (let piece = 0; piece < row.reportPieces; piece += 1) {
    const { body } = await pieceOf(ctx, row, piece);
    yield (await new Response(body).json()) as ReportRow[];
  }
}

/** A result's log as text, unpacked as it is read. @throws Fault NOT_FOUND */
export async function readLog(
  ctx: Ctx,
  input: { hash: string; position: number; toolchain: number },
): Promise<ReadableStream<Uint8Array>> {
  const { id, accountId } = await reported(ctx, input.hash);
  const result = await findResult(ctx.db, id, input);
  const file = result && (await ctx.ports.files.get(accountId, logPath(id, result)));
  if (!file) throw new Fault("NOT_FOUND", "There is no such log.");
  return file.body.pipeThrough(new DecompressionStream("gzip"));
}

async function reported(ctx: Ctx, hash: string): Promise<ExperimentRow> {
  const row = /^[0-9a-z]{32}$/.test(hash) ? await findReport(ctx.db, hash) : undefined;
  if (!row) throw absent();
  return row;
}

async function pieceOf(ctx: Ctx, row: ExperimentRow, piece: number): Promise<StoredFile> {
  const file = await ctx.ports.files.get(row.accountId, piecePath(row.id, row.round, piece));
  if (!file) throw absent();
  return file;
}

function absent(): Fault {
  return new Fault("NOT_FOUND", "There is no such report, or it is not ready yet.");
}
