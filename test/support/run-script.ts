import { env } from "cloudflare:workers";
import type {
  RunLimits,
  RunRequest,
  RunResult,
  RunServices,
  RunWorld,
} from "../../src/domain/ports.ts";
import { createBrowserLauncher } from "../../src/platform/browser/index.ts";
import { run, type RunExtras } from "../../src/sandbox/run.ts";

const MB = 1024 ** 2;

/** What a script was served with, kept for a look at it afterwards. */
export interface Account {
  /** By path in the agent's folder. */
  saved: Record<string, { bytes: Uint8Array; contentType: string | undefined }>;
  /** JSON by the agent's id; the account's own under "account". */
  objects: Record<string, string>;
  results: string[];
  progress: { ratio: number; label: string }[];
  timeLimits: number[];
  letters: { subject: string; text: string; to?: string }[];
  notes: string[];
  /** Other scripts, by name. */
  scripts: Record<string, string>;
}

export interface ScriptOptions {
  request?: Partial<Omit<RunRequest, "limits">>;
  limits?: Partial<RunLimits>;
  /** `services` replaces single ones. */
  world?: Partial<Omit<RunWorld, "services">> & { services?: Partial<RunServices> };
  account?: Partial<Account>;
  extras?: RunExtras;
}

export interface Ran extends RunResult {
  output: string;
  account: Account;
  /** Milliseconds of the run alone. */
  wall: number;
}

/** Runs a script in a browser of its own, which is closed in the end. */
export async function runScript(text: string, options: ScriptOptions = {}): Promise<Ran> {
  const launcher = createBrowserLauncher({
    binding: env.BROWSER,
    guard: { assertAllowed: async () => {} },
    allowPrivate: true,
  });
  const browser = options.world?.browser ?? (await launcher.devTools());
  const account: Account = {
    saved: {},
    objects: {},
    results: [],
    progress: [],
    timeLimits: [],
    letters: [],
    notes: [],
    scripts: {},
    ...options.account,
  };
  const started = Date.now();
  let output = "";
  try {
    const result = await run(
      {
        command: "phantomjs",
        script: { name: "script.js", text },
        argument: "{}",
        agentId: 7,
        launchId: 21,
        apiKey: "key-of-this-launch",
        retryCount: 0,
        maxRetries: 0,
        ...options.request,
        limits: {
          interrupts: 20_000,
          memory: 64 * MB,
          files: 50,
          fileBytes: 4 * MB,
          ...options.limits,
        },
      },
      {
        browser,
        assertAllowed: async () => {},
        fetch: (request) => fetch(request, { redirect: "manual" }),
        print: (words) => {
          output += words;
        },
        tell: () => {},
        now: Date.now,
        random: Math.random,
        sleep: (ms) => scheduler.wait(ms),
        signal: AbortSignal.timeout(25_000),
        softAborted: () => false,
        endsAt: () => started + 60_000,
        ...options.world,
        services: { ...servicesOf(account), ...options.world?.services },
      },
      options.extras,
    );
    return { ...result, output, account, wall: Date.now() - started };
  } finally {
    await browser.close();
  }
}

function servicesOf(account: Account): RunServices {
  const ownerOf = (scope: Parameters<RunServices["readObject"]>[0]): string =>
    typeof scope === "string" ? scope : String(scope.agent);
  return {
    script: async (name) => account.scripts[name] ?? null,
    save: async ({ path, bytes, contentType }) => {
      account.saved[path] = { bytes, contentType };
      return { url: `https://outrider.test/manage/files/agents/7/${path}?signature=x` };
    },
    readObject: async (scope) => account.objects[ownerOf(scope)] ?? "{}",
    writeObject: async (scope, json) => {
      account.objects[ownerOf(scope)] = json;
    },
    setResult: async (json) => {
      account.results.push(json);
    },
    setProgress: async (progress) => {
      account.progress.push(progress);
    },
    setTimeLimit: async (seconds) => {
      account.timeLimits.push(seconds);
    },
    mail: async (letter) => {
      account.letters.push(letter);
    },
    notify: async (text) => {
      account.notes.push(text);
    },
  };
}

/** What a script printed as JSON, a value a line. */
export function told(output: string): unknown[] {
  return output
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
