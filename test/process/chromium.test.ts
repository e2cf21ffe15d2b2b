import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureChromium } from "../../scripts/chromium.ts";

let cache: string;
const said: string[] = [];
const say = (line: string) => void said.push(line);

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "outrider-cache-"));
  said.length = 0;
});

afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
});

describe.runIf(process.platform === "linux")("ensureChromium", () => {
  test("uses CHROME_PATH, keeps what fits, and follows a change", async () => {
    const { executablePath: browser } = await ensureChromium({ say });
    const first = await ensureChromium({
      env: { XDG_CACHE_HOME: cache, CHROME_PATH: browser },
      say,
    });
    expect(first.source).toBe("CHROME_PATH");
    expect(first.executablePath.startsWith(cache)).toBe(true);
    const text = await readFile(first.executablePath, "utf8");
    expect(text).toContain(`exec '${browser}'`);

    const other = join(cache, "another-chrome");
    await copyFile(browser, other);
    await chmod(other, 0o755);
    const second = await ensureChromium({
      env: { XDG_CACHE_HOME: cache, CHROME_PATH: other },
      say,
    });
    expect(second.executablePath).toBe(first.executablePath);
    expect(await readFile(second.executablePath, "utf8")).toContain(`exec '${other}'`);
  });

  test("leaves a Chrome alone that wrangler has installed, and says that CHROME_PATH is not used", async () => {
    const { executablePath: browser } = await ensureChromium({ say });
    const env = { XDG_CACHE_HOME: cache, CHROME_PATH: browser };
    const { executablePath } = await ensureChromium({ env, say });
    await rm(dirname(executablePath), { recursive: true });
    await mkdir(dirname(executablePath));
    await writeFile(executablePath, "\u007fELF a real one");
    expect(await ensureChromium({ env, say })).toEqual({ executablePath, source: "wrangler" });
    expect(await readFile(executablePath, "utf8")).toBe("\u007fELF a real one");
    expect(said.join("\n")).toContain("CHROME_PATH is not used");
  });

  test.each([
    ["is missing", undefined, "is not an executable file"],
    [
      "is no browser",
      "#!/bin/sh\necho 'error while loading shared libraries: libnss3.so' >&2\nexit 127\n",
      "libnss3.so",
    ],
  ])("a CHROME_PATH that %s is told with what to do", async (_case, script, complaint) => {
    const browser = join(cache, "chrome");
    if (script !== undefined) await writeFile(browser, script, { mode: 0o755 });
    const attempt = ensureChromium({ env: { XDG_CACHE_HOME: cache, CHROME_PATH: browser }, say });
    await expect(attempt).rejects.toThrow(complaint);
    await expect(attempt).rejects.toThrow("set CHROME_PATH");
  });
});
