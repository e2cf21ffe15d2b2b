import type { PageNode } from "../../domain/page.ts";
import { nameOf } from "../describe.ts";
import { type Entry, flatten, lineOf } from "../tree.ts";
import { likeness } from "../words.ts";
import { headingsOf } from "./headings.ts";
import { type Extractor, labelFor, lines, picked, selection } from "./question.ts";
import { within } from "./within.ts";

const SAME = 0.62;

/** A table as rows of texts; the first row is its head. */
export interface Grid {
  name: string;
  entry: Entry;
  rows: string[][];
  /** The first row names the columns. */
  headed: boolean;
}

/** `the table`, `all tables`, `the Prices table`, `table X`, `the Tea row`, `column Price`. */
export const tables: Extractor = (query) => {
  const chosen = selection(query, "data tables?|tables?|grids?");
  if (chosen) {
    return {
      label: labelFor("table", chosen),
      answer: async (view) => {
        const entries = await view.entries();
        const grids = gridsOf(entries);
        const inside = within(
          entries,
          grids.map(({ entry }) => entry),
          chosen.inside,
        );
        const found = grids.filter(({ entry }) => inside.includes(entry));
        return lines(picked(found, chosen).map(markdownTable), "\n\n");
      },
    };
  }
  const named =
    /^(?:table\s+(?:of\s+|called\s+|named\s+|with\s+(?:the\s+)?)?(.+)|(.+?)\s+(?:table|grid))$/i.exec(
      query,
    );
  const words = named?.[1] ?? named?.[2];
  if (words) {
    return {
      label: "Table",
      answer: async (view) => {
        const grids = gridsOf(await view.entries());
        const scored = grids
          .map((grid) => ({ grid, score: likeness(words, grid.name).score }))
          .toSorted((a, b) => b.score - a.score);
        const [best] = scored;
        if (best && best.score >= SAME) return markdownTable(best.grid);
        const holding = grids.find(({ rows }) =>
          rows.some((row) => row.some((cell) => likeness(words, cell).score > 0.9)),
        );
        return holding ? markdownTable(holding) : null;
      },
    };
  }
  return rowsAndColumns(query);
};

const rowsAndColumns: Extractor = (query) => {
  const column =
    /^(?:(?:all\s+)?(?:values\s+(?:of|in)\s+)?(?:the\s+)?(.+?)\s+column|column\s+(.+))(?:\s+of\s+.*table)?$/i.exec(
      query,
    );
  const columnName = column?.[1] ?? column?.[2];
  if (columnName) {
    return {
      label: columnName,
      answer: async (view) => {
        for (const { rows, headed } of gridsOf(await view.entries())) {
          const at = headed ? indexOf(rows[0] ?? [], columnName) : -1;
          if (at >= 0) return lines(rows.slice(1).map((row) => row[at] ?? ""));
        }
        return null;
      },
    };
  }
  const row = /^(?:(?:table\s+)?row\s+(?:of|for|with|containing|named)\s+(.+)|(.+?)\s+row)$/i.exec(
    query,
  );
  const rowName = row?.[1] ?? row?.[2];
  if (!rowName || /^(?:first|last|second|third)$/i.test(rowName)) return null;
  return {
    label: "Row",
    answer: async (view) => {
      for (const grid of gridsOf(await view.entries())) {
        const found = grid.rows.find((cells) => indexOf(cells, rowName) >= 0);
        if (found) return rowText(grid, found);
      }
      return null;
    },
  };
};

/** `Item: Tea, Cost: $3`; without a head, the cells. */
export function rowText({ rows, headed }: Grid, row: readonly string[]): string {
  const head = headed ? (rows[0] ?? []) : [];
  return row.map((cell, at) => (head[at] ? `${head[at]}: ${cell}` : cell)).join(", ");
}

/** Index of the cell that is called so, the best one. */
export function indexOf(cells: readonly string[], words: string): number {
  const scores = cells.map((cell) => likeness(words, cell).score);
  const best = Math.max(0, ...scores);
  return best >= SAME ? scores.indexOf(best) : -1;
}

/** Tables that hold data, in document order; a table inside another one counts for itself. */
export function gridsOf(entries: readonly Entry[]): Grid[] {
  return entries
    .filter(({ node }) => /^(?:table|grid|treegrid)$/.test(node.role))
    .map((entry) => {
      const rows = rowsOf(entry.node);
      const cells = rows.map((row) => row.map((cell) => lineOf(cell)));
      const headed = rows[0]?.every(({ role }) => role === "columnheader") ?? false;
      return { name: nameOf(entry.node) || titleOf(entry, entries), entry, rows: cells, headed };
    })
    .filter(({ rows }) => rows.length > 0);
}

function titleOf(table: Entry, entries: readonly Entry[]): string {
  const caption = flatten(table.node).find(({ node }) => node.role === "caption");
  if (caption) return lineOf(caption.node);
  const heading = headingsOf(entries).findLast(({ index }) => index < table.index);
  return heading ? lineOf(heading.node) : "";
}

function rowsOf(node: PageNode): PageNode[][] {
  return node.children.flatMap((child) => {
    if (child.role === "row") return [cellsOf(child)].filter((cells) => cells.length > 0);
    return /^(?:table|grid|treegrid)$/.test(child.role) ? [] : rowsOf(child);
  });
}

function cellsOf(row: PageNode): PageNode[] {
  return row.children.flatMap((child) =>
    /^(?:cell|gridcell|columnheader|rowheader)$/.test(child.role) ? [child] : cellsOf(child),
  );
}

/** Rows of equal length, the first one above the rule: Markdown knows no table without a head. */
export function markdownTable({ rows, headed }: Pick<Grid, "rows" | "headed">): string {
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells: readonly string[]): string =>
    `| ${Array.from({ length: width }, (_, at) => (cells[at] ?? "").replaceAll("|", "\\|")).join(" | ")} |`;
  const head = headed ? (rows[0] ?? []) : [];
  const rule = `|${" --- |".repeat(width)}`;
  return [line(head), rule, ...(headed ? rows.slice(1) : rows).map(line)].join("\n");
}
