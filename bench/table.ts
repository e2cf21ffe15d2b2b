/** What a bench gives back, and how it looks in Markdown. */

/** One table of figures. */
export interface BenchTable {
  title: string;
  /** Headings; the first column is text, the others are figures. */
  columns: string[];
  /** One cell per column. */
  rows: (string | number)[][];
  /** What was compared and how; a line each, below the table. */
  notes?: string[];
}

/** Three significant digits below 100, whole numbers above: more would be noise. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toString();
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** A ratio as people read it: "1.32×". */
export function times(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)}×` : "–";
}

/** A part of a whole in percent. */
export function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(part === whole || part === 0 ? 0 : 1)} %`;
}

/** The table as Markdown, its columns aligned in plain text too. */
export function toMarkdown({ title, columns, rows, notes = [] }: BenchTable): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? figure(cell) : cell)),
  );
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: string[]): string =>
    `| ${widths.map((width, index) => pad(row[index] ?? "", width, index)).join(" | ")} |`;
  const rule = widths.map((width, index) =>
    index === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [
    `## ${title}`,
    "",
    line(columns),
    line(rule),
    ...cells.map(line),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${note}`)] : []),
    "",
  ].join("\n");
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
