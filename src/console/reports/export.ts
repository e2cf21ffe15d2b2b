import { stringify } from "csv-stringify/sync";
import type { ReportRow } from "../../domain/experiment/index.ts";

/** A report as a JSON array, or as CSV. One portion is held at a time. */
export function reportFile(
  format: "json" | "csv",
  toolchains: string[],
  portions: AsyncGenerator<ReportRow[]>,
): Response {
  const encoder = new TextEncoder();
  let first = true;
  const write = (rows: ReportRow[]): string => {
    if (format === "csv") return lines(rows.map(toFields));
    const text = rows.map((row) => JSON.stringify(fromRow(row, toolchains))).join(",");
    const joined = first || text === "" ? text : `,${text}`;
    first &&= text === "";
    return joined;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const head = format === "csv" ? lines([["crate", "category", ...toolchains]]) : "[";
        controller.enqueue(encoder.encode(head));
      },
      pull: async (controller) => {
        const { done, value } = await portions.next();
        if (!done) {
          controller.enqueue(encoder.encode(write(value)));
          return;
        }
        if (format === "json") controller.enqueue(encoder.encode("]"));
        controller.close();
      },
      cancel: async () => {
        await portions.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/json",
      "content-disposition": `attachment; filename="results.${format}"`,
      "cache-control": "no-store",
    },
  });
}

function fromRow({ name, category, results }: ReportRow, toolchains: string[]) {
  const found = toolchains.map((toolchain, place) => ({
    toolchain,
    result: results[place] ?? null,
  }));
  return { crate: name, category, results: found };
}

function toFields({ name, category, results }: ReportRow): string[] {
  return [name, category, ...results.map((result) => result ?? "")];
}

/** A field that a spreadsheet would run as a formula begins with `'`. */
function lines(rows: string[][]): string {
  return stringify(rows, { escape_formulas: true });
}
