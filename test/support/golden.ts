import { expect } from "vitest";

const payloads = import.meta.glob<string>("../golden/**/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** A payload of a vendor's document: `golden("flybrowser/navigate")`. */
export function golden(name: string): unknown {
  const text = payloads[`../golden/${name}.json`];
  if (text === undefined) throw new Error(`No golden payload ${name}`);
  return JSON.parse(text);
}

/**
 * Holds when `actual` has the document's fields with the document's types, in every object and
 * list, and none beside them but `extra` (dotted paths, list positions left out).
 */
export function expectLikeGolden(actual: unknown, name: string, extra: string[] = []): void {
  expect(shape(actual, extra)).toEqual(shape(golden(name), []));
}

/** Field path → type, list positions folded. `null` has its own type. */
function shape(value: unknown, extra: string[], path = ""): Record<string, string> {
  if (extra.includes(path)) return {};
  if (Array.isArray(value)) {
    const items = value.map((item) => shape(item, extra, path));
    return Object.assign({ [path]: "list" }, ...items) as Record<string, string>;
  }
  if (typeof value !== "object" || value === null) {
    return { [path]: value === null ? "null" : typeof value };
  }
  const fields = Object.entries(value).map(([field, inner]) =>
    shape(inner, extra, path ? `${path}.${field}` : field),
  );
  return Object.assign({ [path]: "object" }, ...fields) as Record<string, string>;
}
