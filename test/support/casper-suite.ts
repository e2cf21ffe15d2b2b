import { env } from "cloudflare:workers";
import type { RunEnd } from "../../src/domain/ports.ts";
import { createBrowserLauncher } from "../../src/platform/browser/index.ts";
import { fromBase64 } from "../../src/sandbox/binary.ts";
import { CASPER_PATH } from "../../src/sandbox/casper.ts";
import { run, type RunExtras } from "../../src/sandbox/run.ts";

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

export const FILES: Record<string, string | Uint8Array> = {
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

/** Runs one file of CasperJS's own suite, as `casperjs selftest` does. */
export async function runSuite(suite: string, extras: RunExtras = {}): Promise<SuiteResult> {
  const started = Date.now();
  const launcher = createBrowserLauncher({
    binding: env.BROWSER,
    guard: { assertAllowed: async () => {} },
    allowPrivate: true,
  });
  const browser = await launcher.devTools();
  let output = "";
  try {
    const { end } = await run(
      {
        command: "casperjs",
        script: { name: "unused.js", text: "" },
        argument: "{}",
        agentId: 1,
        launchId: 1,
        apiKey: "",
        retryCount: 0,
        maxRetries: 0,
        limits: {
          interrupts: 100_000,
          memory: 64 * 1024 ** 2,
          files: 1000,
          fileBytes: 64 * 1024 ** 2,
        },
      },
      {
        browser,
        assertAllowed: async () => {},
        fetch: (request) => fetch(request),
        print: (text) => {
          output += text;
        },
        tell: () => {},
        services: {} as never,
        now: Date.now,
        random: Math.random,
        sleep: (ms) => scheduler.wait(ms),
        signal: AbortSignal.timeout(90_000),
        softAborted: () => false,
        endsAt: () => started + 90_000,
      },
      { files: FILES, args: ["selftest", `${CASPER_PATH}/tests/suites/${suite}`], ...extras },
    );
    const [, executed = 0, passed = 0] =
      /(\d+) tests? executed in .*?, (\d+) passed/.exec(output) ?? [];
    return {
      executed: Number(executed),
      passed: Number(passed),
      wall: Date.now() - started,
      end,
      output,
    };
  } finally {
    await browser.close();
  }
}
