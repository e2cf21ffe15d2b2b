import type { RunEnd } from "../../src/domain/ports.ts";
import { fromBase64 } from "../../src/sandbox/binary.ts";
import { CASPER_PATH } from "../../src/sandbox/casper.ts";
import type { RunExtras } from "../../src/sandbox/run.ts";
import { runScript } from "./run-script.ts";

/** CasperJS's own tests, from its npm package: text by path, pictures as data URLs. */
const texts = import.meta.glob<string>(
  [
    "/node_modules/casperjs/tests/**/*.{js,html,txt,json,notype,coffee,csv}",
    "/node_modules/casperjs/{README,LICENSE}.md",
  ],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);
const pictures = import.meta.glob<string>("/node_modules/casperjs/tests/**/*.png", {
  query: "?inline",
  import: "default",
  eager: true,
});
const PACKAGE = "/node_modules/casperjs";

const FILES: Record<string, string | Uint8Array> = {
  ...Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path.replace(PACKAGE, CASPER_PATH), text]),
  ),
  ...Object.fromEntries(
    Object.entries(pictures).map(([path, url]) => [
      path.replace(PACKAGE, CASPER_PATH),
      fromBase64(url.slice(url.indexOf(",") + 1)),
    ]),
  ),
};

/** Suites by their path below `tests/suites`; CoffeeScript is not for PhantomJS 2. */
export const SUITES = Object.keys(texts)
  .filter((path) => path.startsWith(`${PACKAGE}/tests/suites/`) && path.endsWith(".js"))
  .map((path) => path.replace(`${PACKAGE}/tests/suites/`, ""));

export interface SuiteResult {
  executed: number;
  passed: number;
  /** Milliseconds, the start of the browser included. */
  wall: number;
  end: RunEnd;
  output: string;
}

/** What a suite may take: time, and room for its own files. */
const LIMIT_MS = 90_000;
const MB = 1024 ** 2;

/** Runs one file of CasperJS's own suite, as `casperjs selftest` does. */
export async function runSuite(suite: string, extras: RunExtras = {}): Promise<SuiteResult> {
  const started = Date.now();
  const { end, output } = await runScript("", {
    request: { command: "casperjs" },
    limits: { interrupts: 100_000, files: 1000, fileBytes: 64 * MB },
    world: { signal: AbortSignal.timeout(LIMIT_MS), endsAt: () => started + LIMIT_MS },
    extras: {
      files: FILES,
      args: ["selftest", `${CASPER_PATH}/tests/suites/${suite}`],
      ...extras,
    },
  });
  const [, executed = 0, passed = 0] =
    /(\d+) tests? executed in .*?, (\d+) passed/.exec(output) ?? [];
  return {
    executed: Number(executed),
    passed: Number(passed),
    wall: Date.now() - started,
    end,
    output,
  };
}
