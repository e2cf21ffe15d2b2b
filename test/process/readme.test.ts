import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, makeFolder, type Outrider, removeFolder, startOutrider } from "./outrider.ts";
import { describeSdk } from "./sdk.ts";

/**
 * Every `sh` block of the README, pasted in order into one shell, gives the answers of the
 * `text` block that follows it: same fields, same texts but for ids, times and keys.
 */

const ROOT = resolve(import.meta.dirname, "../..");

interface Block {
  language: string;
  text: string;
}

let dir: string;
let outrider: Outrider;
let port: number;

beforeAll(async () => {
  [dir, port] = [await makeFolder(), await freePort()];
  outrider = await startOutrider({ port, dir });
});

afterAll(async () => {
  await outrider.stop();
  await removeFolder(dir);
});

async function blocks(): Promise<Block[]> {
  const text = await readFile(join(ROOT, "README.md"), "utf8");
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", body = ""]) => ({
    language,
    text: body.replaceAll("localhost:8787", `localhost:${port}`),
  }));
}

/** The same command on this run's files; a listening one is left once it has said what is shown. */
function inFolder({ command, lines }: { command: string; lines: number }): string {
  const listens = command.startsWith("npx node -e");
  return (listens ? `head -n ${lines} < <(timeout 60 ${command.trimEnd()} 2>/dev/null)` : command)
    .replaceAll(".dev.vars", join(dir, "state/.dev.vars"))
    .replaceAll("page.png", join(dir, "page.png"));
}

/** One shell for all blocks. */
async function paste(commands: { command: string; lines: number }[]): Promise<string[]> {
  const script = commands.map((one) => `${inFolder(one)}\nprintf '\\036'`).join("\n");
  const shell = spawn("bash", ["-c", script], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  shell.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  await new Promise((end) => {
    shell.once("close", end);
  });
  return output.split("\u001e").slice(0, -1);
}

/** What differs from run to run, made alike. */
function alike(text: string): string {
  return text
    .replaceAll(/sess_\w+/g, "sess_*")
    .replaceAll(/shot_\w+/g, "shot_*")
    .replaceAll(/key_\w+/g, "key_*")
    .replaceAll(/ork_[\w…]+/g, "ork_*")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)/g, "TIME")
    .replaceAll(/"(event_id|seq)":\d+/g, '"$1":N')
    .replaceAll(/"(day|month|points|time|downtimeFrom|document_length|\w+ID)":\d+/g, '"$1":N')
    .replaceAll(/"(date|dateUtc|executionTime|size)":\d+/g, '"$1":N')
    .replaceAll(/Container [0-9a-f]{12}/g, "Container HEX")
    .replaceAll(/"(\w+_time)":[\d.]+/g, '"$1":N')
    .replaceAll(/"checkerID":"\w+"/g, '"checkerID":REGION')
    .replaceAll(/\/status\/\w{32}/g, "/status/HASH")
    .replaceAll(/\/reports\/\w{32}/g, "/reports/HASH")
    .trim();
}

describe("the README", () => {
  it("shows commands that can be pasted, and the answers they give", async () => {
    const found = await blocks();
    const commands = found.filter(({ language }) => language === "sh");
    expect(commands.length).toBeGreaterThan(8);
    const after = (text: string) => found[found.findIndex((block) => block.text === text) + 1];
    const answers = await paste(
      commands.map(({ text }) => ({
        command: text,
        lines: after(text)?.text.trim().split("\n").length ?? 0,
      })),
    );
    for (const [index, { text }] of commands.entries()) {
      const next = after(text);
      if (next?.language !== "text") continue;
      const shown = alike(next.text).split("\n");
      const given = alike(answers[index] ?? "").split("\n");
      if (text.includes("page.png")) expect(given[0]).toContain("page.png");
      // A stream goes on after what the README shows of it.
      else
        expect({ command: text, given: given.slice(0, shown.length) }).toEqual({
          command: text,
          given: shown,
        });
    }
  });
});

describeSdk(() => ({ outrider, dir }));
