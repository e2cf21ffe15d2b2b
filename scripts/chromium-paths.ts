/** Where browsers lie and what the wrapper says: pure, so that each platform can be tested on any. */
import { posix, win32 } from "node:path";

/** How one Chromium is started. */
export interface Launch {
  executable: string;
  /** False: started without sandbox by everyone. Root always goes without, Chromium asks for that. */
  sandbox: boolean;
  /** A folder of shared libraries that the system lacks. */
  libraries?: string;
  /** A fontconfig file, for systems without fonts. */
  fontConfig?: string;
}

/** The folder that wrangler calls its cache home (its `xdg-app-paths`, without the `.wrangler`). */
export function cacheHome(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  home: string,
  temp: string,
): string {
  if (env["XDG_CACHE_HOME"]) return env["XDG_CACHE_HOME"];
  const base = home || temp;
  if (platform === "darwin") return posix.join(base, "Library", "Caches");
  if (platform === "win32") {
    return win32.join(env["LOCALAPPDATA"] || win32.join(base, "AppData", "Local"), "xdg.cache");
  }
  return posix.join(base, ".cache");
}

/** The Chrome that miniflare looks for, from its own source: "126.0.6478.182". */
export function browserBuild(miniflareSource: string): string | undefined {
  return /\bBROWSER_VERSION = "(\d+(?:\.\d+){3})"/.exec(miniflareSource)?.[1];
}

/** The path at which miniflare takes Chrome for installed (`@puppeteer/browsers`' layout). */
export function wranglerChromePath(
  platform: NodeJS.Platform,
  arch: string,
  cache: string,
  version: string,
): string {
  const root = [cache, ".wrangler", "chrome"];
  if (platform === "darwin") {
    const app = "Google Chrome for Testing";
    const [tag, folder] =
      arch === "arm64" ? ["mac_arm", "chrome-mac-arm64"] : ["mac", "chrome-mac-x64"];
    return posix.join(...root, `${tag}-${version}`, folder, `${app}.app`, "Contents", "MacOS", app);
  }
  if (platform === "win32") {
    const bits = arch === "ia32" ? "win32" : "win64";
    return win32.join(...root, `${bits}-${version}`, `chrome-${bits}`, "chrome.exe");
  }
  const tag = arch === "arm64" ? "linux_arm" : "linux";
  return posix.join(...root, `${tag}-${version}`, "chrome-linux64", "chrome");
}

const LINUX_NAMES = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "chrome",
];
const MACOS_APPS = ["Google Chrome", "Chromium"];

/** Paths at which a Chrome or Chromium usually lies, the likeliest first; none need exist. */
export function machineBrowsers(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  home: string,
): string[] {
  if (platform === "darwin") {
    const folders = ["/Applications", posix.join(home, "Applications")];
    return MACOS_APPS.flatMap((app) =>
      folders.map((folder) => posix.join(folder, `${app}.app`, "Contents", "MacOS", app)),
    );
  }
  if (platform !== "linux") return [];
  const folders = (env["PATH"] ?? "")
    .split(":")
    .filter((folder) => posix.isAbsolute(folder) && !folder.includes("node_modules"));
  const usual = ["/usr/bin", "/usr/local/bin", "/snap/bin"];
  const onPath = LINUX_NAMES.flatMap((name) =>
    [...folders, ...usual].map((folder) => posix.join(folder, name)),
  );
  return [...new Set([...onPath, "/opt/google/chrome/chrome", "/opt/chromium/chrome"])];
}

const MARK = "# outrider-chromium ";

/** The script that stands where wrangler expects Chrome. `key` says what it was made for. */
export function renderWrapper(key: string, launch: Launch): string {
  return [
    "#!/bin/sh",
    `${MARK}${key}`,
    "# Written by Outrider (scripts/chromium.ts). Delete it to let wrangler download its own Chrome.",
    ...(launch.libraries === undefined
      ? []
      : [
          `export LD_LIBRARY_PATH=${quote(launch.libraries)}"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
        ]),
    ...(launch.fontConfig === undefined
      ? []
      : [`export FONTCONFIG_FILE=${quote(launch.fontConfig)}`]),
    launch.sandbox
      ? 'if [ "$(id -u)" = 0 ]; then set -- --no-sandbox "$@"; fi'
      : 'set -- --no-sandbox "$@"',
    // What pages write to their consoles would fill a pipe that nobody reads, and stop the browser.
    `exec ${quote(launch.executable)} --enable-logging=none "$@"`,
    "",
  ].join("\n");
}

/** The key of a wrapper that we wrote; `undefined` for anything else, a real Chrome above all. */
export function readWrapperKey(fileStart: string): string | undefined {
  const [shebang, mark] = fileStart.split("\n", 2);
  return shebang === "#!/bin/sh" && mark?.startsWith(MARK) ? mark.slice(MARK.length) : undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
