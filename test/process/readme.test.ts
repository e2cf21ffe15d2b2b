import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, makeFolder, type Outrider, removeFolder, startOutrider } from "./outrider.ts";

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

/** The same command on this run's files. */
function inFolder(command: string): string {
  return command
    .replace(/^npx node -e/m, "timeout 4 npx node -e")
    .replaceAll(".dev.vars", join(dir, "state/.dev.vars"))
    .replaceAll("page.png", join(dir, "page.png"));
}

/** One shell for all blocks; a listening command is ended after some seconds. */
async function paste(commands: string[]): Promise<string[]> {
  const script = commands.map((command) => `${inFolder(command)}\nprintf '\\036'`).join("\n");
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
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/"(day|month)":\d+/g, '"$1":N')
    .trim();
}

describe("the README", () => {
  it("shows commands that can be pasted, and the answers they give", async () => {
    const found = await blocks();
    const commands = found.filter(({ language }) => language === "sh");
    expect(commands.length).toBeGreaterThan(8);
    const answers = await paste(commands.map(({ text }) => text));
    for (const [index, { text }] of commands.entries()) {
      const next = found[found.findIndex((block) => block.text === text) + 1];
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
