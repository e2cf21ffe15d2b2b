import { findAccount } from "../../store/account.ts";
import {
  accountFileBytes,
  addFileBytes,
  findAgent,
  readObject,
  writeObject,
} from "../../store/agent.ts";
import { findScriptNamed } from "../../store/script.ts";
import { emailProblem } from "../account/index.ts";
import type { SystemCtx } from "../context.ts";
import { Fault } from "../errors.ts";
import { contentTypeOf, linkUrl, newLink } from "../file/index.ts";
import { announce, assertMayWrite } from "../notification/index.ts";
import { agentFolder } from "./launch.ts";
import { MAX_OBJECT_BYTES, MAX_RESULT_BYTES, MAX_TIME_LIMIT, textProblem } from "./rules.ts";
import type { ObjectScope, RunServices } from "./run.ts";

/** Seconds that a link to a saved file opens it. */
const LINK_LASTS_S = 7 * 86_400;
/** Messages to channels, of an account and in an hour. */
const NOTES = 60;
const NOTES_WITHIN_S = 3600;
const MAX_LETTER = 100_000;
const MAX_NOTE = 4000;

/** A run, as its services know it. */
export interface ServedRun {
  accountId: string;
  agentId: number;
  agentName: string;
  launchId: number;
  /** Where our links begin, such as `https://outrider.example`. */
  origin: string;
  /** @param seconds From the run's start on; 0 or less gives the agent's own limit back. */
  setTimeLimit: (seconds: number) => Promise<void>;
  /** Resolves once all that was printed so far is where it can be read. */
  printed: () => Promise<void>;
  /** A letter went out. */
  onLetter: () => void;
}

/** What a script may do beyond its own folder: in its own account, within limits. */
export function runServices(ctx: SystemCtx, run: ServedRun): RunServices {
  const { accountId, agentId, launchId } = run;
  const { agents, files, mail, meter } = ctx.ports;
  let results = 0;
  let notes = 0;
  const ownerOf = async (scope: ObjectScope): Promise<number> => {
    if (scope === "account") return 0;
    if (scope === "agent") return agentId;
    if (await findAgent(ctx.db, accountId, scope.agent)) return scope.agent;
    throw new Fault("NOT_FOUND", `There is no agent ${scope.agent}.`);
  };

  return {
    script: async (name) => (await findScriptNamed(ctx.db, accountId, name))?.text ?? null,

    async save({ path, bytes, contentType = contentTypeOf(path) }) {
      if (/^launches(?:\/|$)/.test(path)) {
        throw new Fault("BAD_REQUEST", `The folder launches is kept for what launches leave.`);
      }
      const full = agentFolder(agentId) + path;
      const more = bytes.byteLength - ((await files.size(accountId, full)) ?? 0);
      await assertRoomFor(ctx, accountId, more);
      await files.put(accountId, full, bytes, contentType);
      await addFileBytes(ctx.db, accountId, agentId, more);
      const link = await newLink(ctx, { account: accountId, path: full, seconds: LINK_LASTS_S });
      return { url: linkUrl(link, run.origin) };
    },

    readObject: async (scope) =>
      (await readObject(ctx.db, accountId, await ownerOf(scope))) ?? "{}",

    async writeObject(scope, json) {
      assertJsonObject(json);
      await writeObject(ctx.db, accountId, await ownerOf(scope), json);
    },

    async setResult(json) {
      assertFits("The result", json, MAX_RESULT_BYTES);
      results += 1;
      // Whoever acts on the result finds what was printed before it.
      await run.printed();
      await agents.tell(agentId, { launchId, result: { json, results } });
    },

    async setProgress({ ratio, label }) {
      const progress = {
        ratio: Math.min(1, Math.max(0, Number.isFinite(ratio) ? ratio : 0)),
        label: label.slice(0, 200),
      };
      await agents.tell(agentId, { launchId, progress });
    },

    async setTimeLimit(seconds) {
      if (!Number.isFinite(seconds) || seconds > MAX_TIME_LIMIT) {
        const reason = `A run may take ${MAX_TIME_LIMIT} seconds at most.`;
        throw new Fault("BAD_REQUEST", reason);
      }
      await run.setTimeLimit(seconds);
    },

    async mail({ subject, text, to }) {
      const problem = to === undefined ? undefined : emailProblem(to);
      if (problem !== undefined) throw new Fault("BAD_REQUEST", `The address ${problem}.`);
      mail.assertReady();
      const address = to ?? (await findAccount(ctx.db, accountId))?.email;
      if (address === undefined) throw new Fault("NOT_FOUND", "The account is gone.");
      await assertMayWrite(ctx, accountId);
      const line = subject.replace(/\p{C}+/gu, " ").slice(0, 200);
      await mail.send({ to: address, subject: line, text: text.slice(0, MAX_LETTER) });
      run.onLetter();
    },

    async notify(text) {
      await meter.attempt(`notes:of:${accountId}`, NOTES, NOTES_WITHIN_S);
      notes += 1;
      await announce(ctx, accountId, {
        key: `launch-${launchId}-note-${notes}`,
        event: "launch.note",
        at: ctx.now(),
        title: run.agentName,
        text: text.slice(0, MAX_NOTE),
        mood: "neutral",
      });
    },
  };
}

/** @throws Fault LIMIT_REACHED when the account's files would be too many with `bytes` more. */
export async function assertRoomFor(
  ctx: Pick<SystemCtx, "db" | "settings">,
  accountId: string,
  bytes: number,
): Promise<void> {
  const { maxFileBytes } = ctx.settings;
  if ((await accountFileBytes(ctx.db, accountId)) + bytes <= maxFileBytes) return;
  const megabytes = Math.floor(maxFileBytes / 1_000_000);
  const reason = `The agents of this account may keep ${megabytes} MB of files in all.`;
  throw new Fault("LIMIT_REACHED", reason);
}

function assertJsonObject(json: string): void {
  assertFits("The object", json, MAX_OBJECT_BYTES);
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Fault("BAD_REQUEST", "The object must be a JSON object.");
  }
}

function assertFits(what: string, json: string, maximum: number): void {
  const problem = textProblem(json, maximum);
  if (problem !== undefined) throw new Fault("BAD_REQUEST", `${what} ${problem}.`);
}
