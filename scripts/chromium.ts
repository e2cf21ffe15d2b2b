/**
 * Makes a Chromium findable for wrangler and the vitest plugin without a download of its own.
 *
 * Both look for one Chrome version at one path in the cache and fetch it when it is missing. An
 * executable wrapper at that path counts as installed, so we put one there that starts the browser
 * we found: `CHROME_PATH`, one on the machine, or the one in the npm package `@sparticuz/chromium`.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bundledFolder, unpackBundledChromium } from "./bundled-chromium.ts";
import {
  browserBuild,
  cacheHome,
  machineBrowsers,
  readWrapperKey,
  renderWrapper,
  wranglerChromePath,
  type Launch,
} from "./chromium-paths.ts";
import { tryToLaunch } from "./chromium-trial.ts";

/** Counts up when wrappers are written another way, so that older ones are replaced. */
const WRAPPER = 3;

/** Where the browser came from; `wrangler`: its own download, made or still to be made. */
export type ChromiumSource = "CHROME_PATH" | "machine" | "npm" | "wrangler";

export interface Chromium {
  /** What to start. Takes Chromium's arguments; `--no-sandbox` is added where it is needed. */
  executablePath: string;
  source: ChromiumSource;
}

export interface EnsureChromiumOptions {
  env?: NodeJS.ProcessEnv;
  /** Takes a line for people; standard error by default. */
  say?: (line: string) => void;
}

/**
 * Finds or unpacks a Chromium and puts it where wrangler looks. Safe to call from several processes
 * at once; a call that finds everything in place takes some milliseconds.
 *
 * @throws Error that says what is missing and what to do.
 * @example
 * const { executablePath } = await ensureChromium();
 */
export async function ensureChromium(options: EnsureChromiumOptions = {}): Promise<Chromium> {
  const { env = process.env, say = (line) => console.error(line) } = options;
  const cache = cacheHome(process.platform, env, homedir(), tmpdir());
  const place = wranglerChromePath(process.platform, arch(), cache, await miniflareChromeVersion());

  const present = await fileStart(place);
  if (present !== undefined && readWrapperKey(present) === undefined) {
    if (env["CHROME_PATH"]) {
      say(
        `CHROME_PATH is not used: wrangler has its own Chrome in ${dirname(place)}. Remove that folder to use yours.`,
      );
    }
    return { executablePath: place, source: "wrangler" };
  }
  // Windows cannot start a script in place of an .exe, so there wrangler's own download serves.
  if (process.platform === "win32") return { executablePath: place, source: "wrangler" };

  const failures: string[] = [];
  for await (const candidate of candidates(env, cache, say)) {
    if ("failure" in candidate) {
      failures.push(candidate.failure);
      continue;
    }
    const key = await wrapperKey(candidate);
    if (key === undefined) {
      failures.push(`${candidate.executable} (${candidate.source}) is not an executable file`);
    } else if (present !== undefined && readWrapperKey(present) === key) {
      return { executablePath: place, source: candidate.source };
    } else {
      const outcome = await findWayToLaunch(candidate, say);
      if ("launch" in outcome) {
        await install(place, renderWrapper(key, outcome.launch));
        return { executablePath: place, source: candidate.source };
      }
      failures.push(
        `${candidate.executable} (${candidate.source}) does not start: ${outcome.failure}`,
      );
    }
    if (candidate.source === "CHROME_PATH") break;
  }
  if (process.platform === "darwin" && !env["CHROME_PATH"]) {
    return { executablePath: place, source: "wrangler" };
  }
  throw new Error(nothingWorks(failures));
}

type Candidate =
  | { executable: string; source: ChromiumSource; bundle?: string }
  | { failure: string };
type Found = Exclude<Candidate, { failure: string }>;

async function* candidates(
  env: NodeJS.ProcessEnv,
  cache: string,
  say: (line: string) => void,
): AsyncGenerator<Candidate> {
  if (env["CHROME_PATH"]) yield { executable: env["CHROME_PATH"], source: "CHROME_PATH" };
  for (const executable of machineBrowsers(process.platform, env, homedir())) {
    if (await isExecutable(executable)) yield { executable, source: "machine" };
  }
  if (process.platform !== "linux") return;
  if (arch() !== "x64") {
    yield { failure: `the npm package @sparticuz/chromium has no browser for ${arch()}` };
    return;
  }
  try {
    const bundle = await unpackBundledChromium(bundledFolder(cache), say);
    yield { executable: join(bundle, "chromium"), source: "npm", bundle };
  } catch (error) {
    yield {
      failure: `the browser of the npm package @sparticuz/chromium could not be unpacked: ${message(error)}`,
    };
  }
}

/** Names the wrapped browser and its state, so that an upgraded one is tried anew. */
async function wrapperKey(candidate: Found): Promise<string | undefined> {
  if (!(await isExecutable(candidate.executable))) return undefined;
  const { size, mtimeMs } = await stat(candidate.executable);
  return JSON.stringify([WRAPPER, candidate.executable, size, Math.trunc(mtimeMs)]);
}

/**
 * Starts the browser once, and again with what its complaint asks for: libraries that a bare system
 * lacks, or no sandbox where the kernel forbids one to ordinary users.
 */
async function findWayToLaunch(
  candidate: Found,
  say: (line: string) => void,
): Promise<{ launch: Launch } | { failure: string }> {
  const launch: Launch = { executable: candidate.executable, sandbox: true };
  if (candidate.bundle !== undefined) launch.fontConfig = join(candidate.bundle, "fonts.conf");
  for (;;) {
    const complaint = await tryToLaunch(launch);
    if (complaint === undefined) return { launch };
    if (
      candidate.bundle !== undefined &&
      launch.libraries === undefined &&
      /shared librar/i.test(complaint)
    ) {
      launch.libraries = join(candidate.bundle, "al2023", "lib");
    } else if (launch.sandbox && process.getuid?.() !== 0 && /sandbox/i.test(complaint)) {
      launch.sandbox = false;
      say(
        "This system lets no ordinary user sandbox a browser: Chromium runs without its sandbox.",
      );
    } else {
      return { failure: complaint };
    }
  }
}

async function install(place: string, wrapper: string): Promise<void> {
  try {
    await mkdir(dirname(place), { recursive: true });
    const fresh = `${place}.${randomUUID()}`;
    await writeFile(fresh, wrapper, { mode: 0o755 });
    await rename(fresh, place);
    // Without it miniflare takes one failed launch for a broken download, deletes the wrapper and
    // asks the network for Chrome, which hides the real reason.
    await writeFile(join(dirname(dirname(place)), ".miniflare-install-complete"), "");
  } catch (error) {
    throw new Error(
      `The browser's place ${place} cannot be written (${message(error)}). Set XDG_CACHE_HOME to a folder that can.`,
      { cause: error },
    );
  }
}

async function miniflareChromeVersion(): Promise<string> {
  const ours = createRequire(import.meta.url);
  let miniflare: string;
  try {
    miniflare = createRequire(ours.resolve("wrangler")).resolve("miniflare");
  } catch (error) {
    throw new Error("The npm packages are not installed. Run `npm ci` first.", { cause: error });
  }
  const version = browserBuild(await readFile(miniflare, "utf8"));
  if (version !== undefined) return version;
  throw new Error(
    `${miniflare} does not say which Chrome it looks for; scripts/chromium-paths.ts must learn where this version says it.`,
  );
}

async function fileStart(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nothingWorks(failures: string[]): string {
  return [
    "No Chromium could be started here.",
    ...failures.map((failure) => `  - ${failure}`),
    "Install Chrome or Chromium (on Debian and Ubuntu: apt install chromium), or set CHROME_PATH to one, and start again.",
  ].join("\n");
}
