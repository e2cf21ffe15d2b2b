import { describe, expect, it } from "vitest";

/** Every source file's text, by its path from `src/`. */
const sources = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>("../src/**/*.ts", { query: "?raw", import: "default", eager: true }),
  )
    .map(([path, text]) => [path.replace("../src/", ""), text] as const)
    // Generated.
    .filter(([path]) => path !== "runtime/env.d.ts"),
);

/**
 * The walls: what each folder may import, as prefixes of paths from `src/`. The first prefix
 * that matches an importing file holds. Libraries are judged below.
 */
const WALLS: [folder: string, may: string[]][] = [
  ["domain/errors.ts", []],
  ["domain/", ["domain/", "store/"]],
  ["store/", ["store/", "domain/errors.ts"]],
  ["dialects/kit/", ["dialects/kit/", "domain/"]],
  ["objects/", ["objects/", "domain/", "runtime/context.ts"]],
  [
    "platform/",
    [
      "platform/",
      "domain/ports.ts",
      "domain/page.ts",
      "domain/errors.ts",
      "domain/event.ts",
      "domain/monitor/probe.ts",
      "domain/telemetry/telemetry.ts",
    ],
  ],
  ["language/", ["language/", "domain/ports.ts", "domain/page.ts", "domain/errors.ts"]],
  [
    "sandbox/",
    [
      "sandbox/",
      "domain/ports.ts",
      "domain/page.ts",
      "domain/errors.ts",
      "domain/file/content-type.ts",
    ],
  ],
  ["runtime/", ["runtime/", "domain/", "store/", "platform/", "language/", "sandbox/"]],
  ["console/", ["console/", "dialects/kit/", "domain/"]],
];

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
}

/** A relative import as a path from `src/`; null for a library. */
function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

function wallOf(path: string): string[] | null {
  const dialect = /^dialects\/(?!kit\/)[^/]+\//.exec(path)?.[0];
  if (dialect) return [dialect, "dialects/kit/", "domain/"];
  return WALLS.find(([folder]) => path.startsWith(folder))?.[1] ?? null;
}

const VENDORS = /flybrowser|agentslug|phantombuster|crater|adspower/i;
/** The account holds two vendors' settings under their own names. */
const VENDOR_WORDS_ALLOWED =
  /flybrowserCreateStatus|flybrowser_create_status|craterConfig|crater_config/g;

describe("the walls between folders", () => {
  it("finds the sources", () => {
    expect(Object.keys(sources).length).toBeGreaterThan(50);
  });

  it.each(Object.keys(sources).filter((path) => wallOf(path) !== null))(
    "%s keeps to its own",
    (path) => {
      const may = wallOf(path) ?? [];
      const beyond = importsOf(sources[path] ?? "")
        .map((specifier) => resolve(path, specifier))
        .filter((target) => target !== null && !may.some((prefix) => target.startsWith(prefix)));
      expect(beyond).toEqual([]);
    },
  );

  it("keeps HTTP, bindings and vendors out of the domain", () => {
    const trespasses = Object.entries(sources)
      .filter(([path]) => path.startsWith("domain/") || path.startsWith("store/"))
      .flatMap(([path, text]) => {
        const words = text
          .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
          .replace(VENDOR_WORDS_ALLOWED, "");
        const libraries = importsOf(text).filter((name) =>
          /^(?:hono|cloudflare:|@cloudflare\/)/.test(name),
        );
        return VENDORS.test(words) || libraries.length > 0 ? [path] : [];
      });
    expect(trespasses).toEqual([]);
  });

  it("lets only the composition root and the objects' shells see Env", () => {
    const trespasses = Object.entries(sources)
      .filter(([path]) => !/^(?:runtime\/|index\.ts|app\.ts|objects\/[^/]+\.ts$)/.test(path))
      .filter(([, text]) => /:\s*Env\b|<Env\b/.test(text))
      .map(([path]) => path);
    expect(trespasses).toEqual([]);
  });

  it("keeps files short enough to read at one sitting", () => {
    const long = Object.entries(sources)
      .map(([path, text]) => [path, text.split("\n").length] as const)
      .filter(([, lines]) => lines > 300);
    expect(long).toEqual([]);
  });
});
