import { describe, expect, test } from "vitest";
import {
  browserBuild,
  cacheHome,
  machineBrowsers,
  readWrapperKey,
  renderWrapper,
  wranglerChromePath,
} from "../../scripts/chromium-paths.ts";

describe("where wrangler looks for Chrome", () => {
  test.each([
    ["linux", { XDG_CACHE_HOME: "/c" }, "/c"],
    ["linux", {}, "/home/me/.cache"],
    ["linux", { XDG_CACHE_HOME: "" }, "/home/me/.cache"],
    ["darwin", {}, "/home/me/Library/Caches"],
    ["win32", { LOCALAPPDATA: "C:\\Local" }, "C:\\Local\\xdg.cache"],
  ] as const)("%s with %o keeps caches in %s", (platform, env, expected) => {
    expect(cacheHome(platform, env, "/home/me", "/tmp")).toBe(expected);
  });

  test("without a home folder the cache is in the temporary one", () => {
    expect(cacheHome("linux", {}, "", "/tmp")).toBe("/tmp/.cache");
  });

  test.each([
    ["linux", "x64", "/c/.wrangler/chrome/linux-1.2.3.4/chrome-linux64/chrome"],
    ["linux", "arm64", "/c/.wrangler/chrome/linux_arm-1.2.3.4/chrome-linux64/chrome"],
    [
      "darwin",
      "arm64",
      "/c/.wrangler/chrome/mac_arm-1.2.3.4/chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
    ],
    ["win32", "x64", "\\c\\.wrangler\\chrome\\win64-1.2.3.4\\chrome-win64\\chrome.exe"],
  ] as const)("%s on %s: %s", (platform, arch, expected) => {
    expect(wranglerChromePath(platform, arch, "/c", "1.2.3.4")).toBe(expected);
  });

  test("the version is the one in miniflare's source", () => {
    expect(browserBuild('var x = 1;\nvar BROWSER_VERSION = "126.0.6478.182";\n')).toBe(
      "126.0.6478.182",
    );
    expect(browserBuild("var OTHER = 1;")).toBeUndefined();
  });
});

describe("browsers on the machine", () => {
  test("Linux: the PATH first, each place once, never npm's own folders", () => {
    const found = machineBrowsers(
      "linux",
      { PATH: "/p/node_modules/.bin:/my/bin:relative:/usr/bin" },
      "/home/me",
    );
    expect(found[0]).toBe("/my/bin/google-chrome-stable");
    expect(found).toContain("/usr/bin/chromium");
    expect(found.some((path) => path.includes("node_modules") || !path.startsWith("/"))).toBe(
      false,
    );
    expect(new Set(found).size).toBe(found.length);
  });

  test("macOS: the applications of all and of one's own", () => {
    expect(machineBrowsers("darwin", {}, "/Users/me")).toEqual([
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Users/me/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Users/me/Applications/Chromium.app/Contents/MacOS/Chromium",
    ]);
  });
});

describe("the wrapper", () => {
  test("is known as ours by its key; a real Chrome, or a stranger's script, is not", () => {
    const key = JSON.stringify(["/usr/bin/chromium", 12, 34]);
    expect(
      readWrapperKey(renderWrapper(key, { executable: "/usr/bin/chromium", sandbox: true })),
    ).toBe(key);
    expect(readWrapperKey("\u007fELF\u0002")).toBeUndefined();
    expect(readWrapperKey('#!/bin/sh\nexec chromium "$@"\n')).toBeUndefined();
  });

  test("root goes without the sandbox; others only where they must", () => {
    const withSandbox = renderWrapper("k", { executable: "/c", sandbox: true });
    expect(withSandbox).toContain('if [ "$(id -u)" = 0 ]; then set -- --no-sandbox "$@"; fi');
    expect(renderWrapper("k", { executable: "/c", sandbox: false })).toContain(
      '\nset -- --no-sandbox "$@"\n',
    );
  });

  test("libraries and fonts only where given, any path quoted", () => {
    const script = renderWrapper("k", {
      executable: "/it's/chrome",
      sandbox: true,
      libraries: "/l i b",
      fontConfig: "/f.conf",
    });
    expect(script).toContain(
      "export LD_LIBRARY_PATH='/l i b'\"${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\"",
    );
    expect(script).toContain("export FONTCONFIG_FILE='/f.conf'");
    expect(script).toContain(`exec '/it'\\''s/chrome' --enable-logging=none "$@"`);
    expect(renderWrapper("k", { executable: "/c", sandbox: true })).not.toMatch(
      /LD_LIBRARY|FONTCONFIG/,
    );
  });
});
