/**
 * The product's sandbox alone, each run in a browser of its own.
 *
 * `POST /browser` starts a browser and closes it; `POST /files` takes what the runs can read, Base64
 * by absolute path; `POST /run` with `{ args, text }` runs CasperJS with these arguments, or the
 * text alone as a script.
 */
import { createBrowserLauncher } from "../../src/platform/browser/index.ts";
import { fromBase64 } from "../../src/sandbox/binary.ts";
import { run } from "../../src/sandbox/run.ts";
import type { SandboxRun } from "../support/sandbox-run.ts";

interface Bindings {
  BROWSER: BrowserRun;
}

interface Order {
  /** CasperJS's own, such as `["selftest", file]`. */
  args?: string[];
  text?: string;
}

const MB = 1024 ** 2;
const LIMIT_MS = 45_000;
/** What runs can read beside their script. */
let files: Record<string, Uint8Array> = {};

async function perform(
  { BROWSER }: Bindings,
  { args = [], text = "" }: Order,
): Promise<SandboxRun> {
  const began = Date.now();
  const browser = await launcherOf(BROWSER).devTools();
  const started = Date.now();
  let output = "";
  try {
    await run(
      {
        command: "casperjs",
        script: { name: "script.js", text },
        argument: "{}",
        agentId: 1,
        launchId: 1,
        apiKey: "",
        retryCount: 0,
        maxRetries: 0,
        limits: { interrupts: 100_000, memory: 64 * MB, files: 1000, fileBytes: 64 * MB },
      },
      {
        browser,
        assertAllowed: async () => {},
        fetch: (request) => fetch(request),
        print: (words) => {
          output += words;
        },
        tell: () => {},
        services: {} as never,
        now: Date.now,
        random: Math.random,
        sleep: (ms) => scheduler.wait(ms),
        signal: AbortSignal.timeout(LIMIT_MS),
        softAborted: () => false,
        endsAt: () => started + LIMIT_MS,
      },
      { files, args },
    );
    return { launchMs: started - began, runMs: Date.now() - started, output };
  } finally {
    await browser.close();
  }
}

function launcherOf(binding: BrowserRun) {
  const guard = { assertAllowed: async () => {} };
  return createBrowserLauncher({ binding, guard, allowPrivate: true });
}

export default {
  async fetch(request, bindings) {
    switch (new URL(request.url).pathname) {
      case "/browser": {
        const began = Date.now();
        const browser = await launcherOf(bindings.BROWSER).devTools();
        const launchMs = Date.now() - began;
        await browser.close();
        return Response.json({ launchMs });
      }
      case "/files": {
        const given = await request.json<Record<string, string>>();
        files = Object.fromEntries(
          Object.entries(given).map(([path, base64]) => [path, fromBase64(base64)]),
        );
        return Response.json({ files: Object.keys(files).length });
      }
      case "/run":
        return Response.json(await perform(bindings, await request.json<Order>()));
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Bindings>;
