/** `.dev.vars`: the settings and secrets of local development. */
import { randomInt } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { parseEnv } from "node:util";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const SETTINGS: readonly { comment: string; make: () => Record<string, string> }[] = [
  {
    comment: "Secrets of this machine alone; a deployment has its own (wrangler secret put).",
    make: () => ({ ADMIN_KEY: randomBase62(48), SEAL_SECRET: randomBase62(48) }),
  },
  {
    comment: "The demo account, made anew from these at each start.",
    make: () => ({
      DEMO_EMAIL: "demo@outrider.local",
      DEMO_PASSWORD: randomBase62(24),
      DEMO_API_KEY: `ork_${randomBase62(40)}`,
    }),
  },
  {
    comment: "Generous for one developer; src/runtime/config.ts names every setting.",
    make: () => ({
      SIGNUP: "open",
      ALLOW_PRIVATE_TARGETS: "1",
      MAIL_FROM: "outrider@outrider.local",
      RATE_LIMIT_PER_MINUTE: "100000",
      RATE_LIMIT_PER_IP_PER_MINUTE: "100000",
      MAX_SESSIONS: "50",
      SIGNUPS_PER_HOUR: "1000",
    }),
  },
];

/**
 * Writes the file when it is missing, and appends the names that it lacks; what it says already is
 * left as it is. Returns all of its values.
 *
 * @param path the file; it is made readable by its owner alone.
 */
export async function ensureDevVars(
  path: string,
): Promise<{ values: Record<string, string>; made: boolean }> {
  const present = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  const missing = missingLines(present ?? "");
  if (missing !== "") {
    await writeFile(path, missing, { mode: 0o600, flag: present === undefined ? "wx" : "a" });
  }
  if (present === undefined) await chmod(path, 0o600);
  return { values: readVars((present ?? "") + missing), made: present === undefined };
}

/** The values in such a file's text. */
export function readVars(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(text)).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    ),
  );
}

/** The lines to append to the text so that it has every name; empty when it has. */
export function missingLines(text: string): string {
  const present = readVars(text);
  const blocks = SETTINGS.flatMap(({ comment, make }) => {
    const lines = Object.entries(make())
      .filter(([name]) => !(name in present))
      .map(([name, value]) => `${name}=${value}\n`);
    return lines.length === 0 ? [] : [`# ${comment}\n${lines.join("")}`];
  });
  if (blocks.length === 0) return "";
  const separator = text === "" ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  return separator + blocks.join("\n");
}

/** Random text of letters and digits, 5.95 bits each. */
function randomBase62(length: number): string {
  return Array.from({ length }, () => BASE62.charAt(randomInt(BASE62.length))).join("");
}
