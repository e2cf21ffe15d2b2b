import testRunner from "casperjs/tests/run.js?raw";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createBrowserLauncher } from "../../src/platform/browser/index.ts";
import { CASPER_PATH } from "../../src/sandbox/casper.ts";
import { HOME } from "../../src/sandbox/files.ts";
import { runScript } from "../support/run-script.ts";
import { amongSites } from "./foreign-sites.ts";

const PREFIX = "/node_modules/casperjs/samples/";
const SAMPLES = import.meta.glob<string>("/node_modules/casperjs/samples/*.js", {
  query: "?raw",
  import: "default",
  eager: true,
});

const lines = (...texts: string[]) => `${texts.join("\n")}\n`;
const FOUND = Array.from({ length: 10 }, (_, index) => ` - http://found.test/1/${index}`);

interface Sample {
  name: string;
  args?: string[];
  /**
   * What PhantomJS 2.1.1 prints on the same sites, without colours. (Only the keys of `metaextract`
   * come in another order: PhantomJS sorted those of every object that a page gave.)
   */
  prints: string | RegExp;
  exits?: number;
  /** Files that it leaves, by path, with the bytes that they begin with. */
  leaves?: Record<string, string>;
}

const RUNS: Sample[] = [
  { name: "cliplay", args: ["a", "--b=c", "12", "--e=3"], prints: cliplay() },
  { name: "customevents", prints: lines("Google page title is Google") },
  {
    name: "customlogging",
    prints:
      /\[info\] \[phantom\] Starting\.\.\.\n(?:.*\n)*\[verbose\] \[phantom\] http:\/\/www\.google\.com\/, 200, .*\[content-type: text\/html\]/,
  },
  { name: "download", prints: "", leaves: { "logo.png": "a logo" } },
  {
    name: "dynamic",
    args: ["4"],
    prints: lines(
      "Starting",
      ...dynamic(0, "Google", 0, "http://google.com/"),
      ...dynamic(1, "Home of yahoo.com", 2, "http://yahoo.com/"),
      ...dynamic(2, "Home of bing.com", 2, "http://bing.com/"),
      ...dynamic(3, "Home of one.test", 2, "http://one.test/"),
      "All done.",
    ),
  },
  {
    name: "each",
    prints: lines(
      "Google - http://google.com/",
      "Home of yahoo.com - http://yahoo.com/",
      "Home of bing.com - http://bing.com/",
    ),
  },
  {
    name: "events",
    prints: lines(
      "http://google.com/ is OK",
      "http://google.com/ loaded",
      "http://www.google.com/ is OK",
      "http://www.google.com/ loaded",
      "http://www.google.com/plop is not found",
      "http://www.google.com/plop loaded",
    ),
  },
  {
    name: "extends",
    prints:
      /Running suite: 8 steps\n(?:.*\n)*\{\n {2}"http:\/\/edition.cnn.com\/": 3,\n {2}"http:\/\/www.nytimes.com\/": 3,\n {2}"http:\/\/www.bbc.co.uk\/": 3,\n {2}"http:\/\/www.guardian.co.uk\/": 3\n\}\n/,
  },
  { name: "googlelinks", prints: lines("20 links found:", ...FOUND, ...FOUND) },
  {
    name: "googlematch",
    args: ["abc", "abcdef"],
    prints: lines(
      'Let the match begin between "abc", "abcdef"!',
      "Fetching score for abc",
      "Fetching score for abcdef",
      "abc: 5000",
      "abcdef: 8000",
      'Winner is "abcdef" with 8000 results',
    ),
  },
  {
    name: "googlepagination",
    args: ["casper", "js"],
    prints: lines(
      "capturing page 1",
      "requesting next page: 2",
      "capturing page 2",
      "requesting next page: 3",
      "capturing page 3",
      "that's all, folks.",
    ),
    leaves: {
      "google-results-p1.png": "\u0089PNG",
      "google-results-p2.png": "\u0089PNG",
      "google-results-p3.png": "\u0089PNG",
    },
  },
  {
    name: "logcolor",
    prints: lines(
      "[debug] [phantom] this is a debug message",
      "[info] [phantom] and an informative one",
      "[warning] [phantom] and a warning",
      "[error] [phantom] and an error",
    ),
  },
  {
    name: "metaextract",
    args: ["http://meta.test/"],
    prints: lines(
      "[",
      "    {",
      '        "name": "description",',
      '        "content": "A page"',
      "    },",
      "    {",
      '        "property": "og:title",',
      '        "content": "Told"',
      "    }",
      "]",
    ),
  },
  {
    name: "multirun",
    prints: lines(
      "Starting",
      ...multirun(1, "Google", 0),
      ...multirun(2, "Home of yahoo.com", 3),
      ...multirun(3, "Home of bing.com", 3),
      "All done.",
    ),
  },
  {
    name: "screenshot",
    args: ["someone", "shot.png"],
    prints: lines("Saved screenshot of https://twitter.com/someone to shot.png"),
    leaves: { "shot.png": "\u0089PNG" },
  },
  {
    name: "statushandlers",
    prints: lines("Resource at http://www.google.com/plop not found (404)", "Done."),
  },
  {
    name: "steptimeout",
    args: ["700"],
    // It has needed `casperjs test` since CasperJS 1.1, and says so.
    prints:
      /^Testing with timeout=700ms, please be patient\.\nCasperError: casper\.test property is only/,
    exits: 1,
  },
  {
    name: "timeout",
    args: ["20000"],
    prints: lines("Will google.com load in less than 20000ms?", "YES!"),
  },
  {
    name: "timeout",
    args: ["1"],
    prints: lines("Will google.com load in less than 1ms?", "NOPE."),
  },
  { name: "translate", prints: /The --target option is mandatory\.\n/, exits: 1 },
];

/**
 * CasperJS's samples, unchanged, each in a browser of its own; today's sites are stood in for by
 * a few words of what they once were.
 */
describe("CasperJS's samples", () => {
  it.each(RUNS.map((each) => ({ ...each, called: [each.name, ...(each.args ?? [])].join(" ") })))(
    "$called",
    async ({ name, args = [], prints, exits = 0, leaves = {} }) => {
      const { end, output, files } = await runSample(name, [`${HOME}/script.js`, ...args]);
      const shown = plain(output);
      if (typeof prints === "string") expect(shown).toBe(prints);
      else expect(shown).toMatch(prints);
      expect(end).toEqual({ type: "exited", code: exits });
      const begins = files.map(({ path, bytes }) => [
        path,
        String.fromCharCode(...bytes.slice(0, leaves[path]?.length ?? 0)),
      ]);
      expect(Object.fromEntries(begins)).toEqual(leaves);
    },
  );

  it("googletesting, as `casperjs test` runs it", async () => {
    const { output } = await runSample("googletesting", ["test", `${HOME}/script.js`], {
      [`${CASPER_PATH}/tests/run.js`]: testRunner,
    });
    expect(plain(output)).toMatch(/PASS 6 tests executed in .*, 6 passed, 0 failed/);
  });
});

async function runSample(name: string, args: string[], files: Record<string, string> = {}) {
  const launcher = createBrowserLauncher({
    binding: env.BROWSER,
    guard: { assertAllowed: async () => {} },
    allowPrivate: true,
  });
  return runScript(SAMPLES[`${PREFIX}${name}.js`] ?? "", {
    request: { command: "casperjs" },
    world: { browser: amongSites(await launcher.devTools()) },
    extras: { args, files },
  });
}

/** Without the terminal's colours, and the blanks that fill a coloured bar. */
function plain(output: string): string {
  // oxlint-disable-next-line no-control-regex -- colours begin with one
  return output.replace(/ *\u001B\[[\d;]*m/g, (code) =>
    code.endsWith("[0m") ? "" : code.replace(/\S+$/, ""),
  );
}

function cliplay(): string {
  const shown = (what: string, value: unknown) => [
    `Casper CLI passed ${what}:`,
    JSON.stringify(value, null, 4),
  ];
  return lines(
    ...shown("args", ["a", 12]),
    ...shown("options", { b: "c", e: 3 }),
    ...shown("RAW args", ["a", "12"]),
    ...shown("RAW options", { b: "c", e: "3" }),
  );
}

function dynamic(index: number, title: string, links: number, url: string): string[] {
  return [`--- Link ${index} ---`, `Page title: ${title}`, `${links} links found on ${url}`];
}

function multirun(suite: number, title: string, links: number): string[] {
  return [`Suite ${suite}`, `Page title: ${title}`, `${links} links`];
}
