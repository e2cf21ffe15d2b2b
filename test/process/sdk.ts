import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Outrider } from "./outrider.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const VERSIONS = ["0.3.3", "0.4.0"];

/** What the SDK says of its uploads, without the time of day. */
async function upload(version: string, dir: string, ...files: string[]): Promise<string[]> {
  const sdk = join(ROOT, `node_modules/phantombuster-sdk-${version}/lib/sdk.js`);
  const { stdout } = await promisify(execFile)(process.execPath, [sdk, ...files], { cwd: dir });
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replace(/^.*? - (?=demo: )/, ""));
}

/**
 * Tests of the published `phantombuster-sdk`, old and new, unchanged: only its `endpoint` is ours.
 * They share a product that a test file has started, for that takes long.
 */
export function describeSdk(started: () => { outrider: Outrider; dir: string }): void {
  describe.each(VERSIONS)("phantombuster-sdk %s", (version) => {
    testSdk(version, started);
  });
}

function testSdk(version: string, started: () => { outrider: Outrider; dir: string }): void {
  const fetched = (path: string) => {
    const { url, key } = started().outrider;
    return fetch(`${url}/api/v1/${path}`, { headers: { "X-Phantombuster-Key-1": key } });
  };

  it("is the published package", async () => {
    const file = join(ROOT, `node_modules/phantombuster-sdk-${version}/package.json`);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ version });
  });

  it("uploads a script, then its next text, then what a store would show of it", async () => {
    const { outrider, dir } = started();
    const name = `scrape ${version}.js`;
    const text = `// é€😀 & = + %20 "\n${"console.log('x');\n".repeat(5000)}`;
    await writeFile(
      join(dir, "phantombuster.cson"),
      `[
  name: 'demo'
  endpoint: '${outrider.url}/api/v1'
  apiKey: '${outrider.key}'
  scripts:
    '${name}': 'scrape.js'
]
`,
    );
    await writeFile(join(dir, "scrape.js"), text);
    await writeFile(join(dir, "scrape.md"), "# Scrapes é");
    await writeFile(join(dir, "scrape.json"), '{"title": "Scrape"}');

    expect(await upload(version, dir, "scrape.js")).toEqual([
      `demo: scrape.js -> ${name} (new script created)`,
    ]);
    expect(await (await fetched(`script/by-name/raw/${encodeURIComponent(name)}`)).text()).toBe(
      text,
    );

    await writeFile(join(dir, "scrape.js"), "console.log(2)");
    expect(await upload(version, dir, "scrape.js")).toEqual([`demo: scrape.js -> ${name}`]);
    const stored = await fetched(`script/by-name/json/${encodeURIComponent(name)}`);
    expect(await stored.json()).toMatchObject({ data: { text: "console.log(2)", source: "sdk" } });

    expect(await upload(version, dir, "scrape.md")).toEqual([
      `demo: [API store settings] scrape.js -> ${name}`,
    ]);
    const info = await fetched(`store-info/by-name/${encodeURIComponent(name)}`);
    expect(await info.json()).toMatchObject({
      data: { infoString: '{"title": "Scrape"}', markdown: "# Scrapes é" },
    });
  });

  it("is told why an upload was refused", async () => {
    const { outrider, dir } = started();
    const config = join(dir, "phantombuster.cson");
    const wrong = (await readFile(config, "utf8")).replace(outrider.key, "ork_wrong_wrong_wrong");
    await writeFile(config, wrong);
    expect(await upload(version, dir, "scrape.js")).toEqual([
      "demo: scrape.js: error: Invalid API key",
    ]);
  });
}
