import type { ResultPiece } from "../../store/experiment-result.ts";
import { type Category, categoryOf } from "./compare.ts";
import { crateName } from "./spelling.ts";

/** A crate in a report. */
export interface ReportRow {
  position: number;
  name: string;
  category: Category;
  /** One per toolchain; null where none came. */
  results: (string | null)[];
  /** Whether there is a log, one per toolchain. */
  logs: boolean[];
}

/** Crates with their results, from rows in order of their positions. Pure. */
export function rowsOf(rows: readonly ResultPiece[], width: number): ReportRow[] {
  const made: ReportRow[] = [];
  for (const { position, crate, toolchain, result, logSize } of rows) {
    let row = made.at(-1);
    if (row?.position !== position) {
      row = {
        position,
        name: crateName(JSON.parse(crate)),
        category: "unknown",
        results: Array.from({ length: width }, () => null),
        logs: Array.from({ length: width }, () => false),
      };
      made.push(row);
    }
    if (toolchain === null) continue;
    row.results[toolchain] = result;
    row.logs[toolchain] = (logSize ?? 0) > 0;
  }
  for (const row of made) row.category = categoryOf(row.results);
  return made;
}

/** Where a piece of a report lies among the account's files. */
export function piecePath(experimentId: number, round: number, piece: number): string {
  return `experiments/${experimentId}/report/${round}/${piece}.json`;
}
