import { Fault } from "../domain/errors.ts";
import type { ObjectScope, RunRequest, RunWorld } from "../domain/ports.ts";
import { fromBase64 } from "./binary.ts";
import { type Downloaded, download } from "./download.ts";
import type { RunFiles } from "./files.ts";
import type { Mailbox } from "./mailbox.ts";
import { readCookies } from "./phantom/cookies.ts";
import type { PhantomBrowser } from "./phantom/browser.ts";

/** Calls that may be under way at once, and that a run may make in all. */
const MAX_PENDING = 100;
const MAX_CALLS = 10_000;
/** Bytes of a result or of an agent's object, as JSON. */
const MAX_JSON_BYTES = 1024 * 1024;
const NOT_AN_OBJECT = "The object must be a plain object.";
const MAX_PATH_LENGTH = 512;
const MAX_DEPTH = 32;
/** How long the end of a run waits for what its script has asked for before. */
const SETTLES_WITHIN_MS = 5_000;

export interface BusterParts {
  request: RunRequest;
  world: RunWorld;
  files: RunFiles;
  browser: PhantomBrowser;
  mailbox: Mailbox;
}

interface Remote {
  from: string | null;
  saveAs: string | null;
  headers: unknown;
}

interface Content {
  text: string | null;
  saveAs: string | null;
  mime: string | null;
}

type Member = (value: never) => Promise<unknown>;

/** The agent module's way to the account: what a run keeps and tells beyond its own folder. */
export class Buster {
  readonly #parts: BusterParts;
  readonly #members: Record<string, Member>;
  readonly #over = new AbortController();
  /** Calls act one after the other, as they were made; only fetching goes on side by side. */
  #line: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #calls = 0;
  #progress: { ratio: number; label: string } | null = null;

  constructor(parts: BusterParts) {
    this.#parts = parts;
    this.#members = membersOf(parts, this.#over.signal, (work) => this.#inLine(work));
  }

  /** What the guest can ask for, by the names of its operations. */
  operations(): Record<string, (argument: never) => unknown> {
    const { agentId, launchId, argument, apiKey, retryCount, maxRetries } = this.#parts.request;
    const about = { agentId, containerId: launchId, argument, apiKey, retryCount, maxRetries };
    return {
      "buster.about": () => about,
      "buster.progressHint": (progress: { ratio: number; label: string }) =>
        this.#hint(progress.ratio, String(progress.label)),
      ...Object.fromEntries(
        Object.entries(this.#members).map(([name, member]) => [
          `buster.${name}`,
          ({ call, value }: { call: number; value: never }) => this.#begin(call, member, value),
        ]),
      ),
    };
  }

  /** The script has come to its end: what it has asked for before is done, what is slow is not. */
  async settle(): Promise<void> {
    await Promise.race([this.#line, this.#parts.world.sleep(SETTLES_WITHIN_MS)]);
    this.stop();
  }

  /** Nothing more is begun. */
  stop(): void {
    this.#over.abort();
  }

  #begin(call: number, member: Member, value: never): void {
    if (this.#pending >= MAX_PENDING) {
      throw new Fault("LIMIT_REACHED", `At most ${MAX_PENDING} calls may be under way at once.`);
    }
    if (this.#calls >= MAX_CALLS) {
      throw new Fault("LIMIT_REACHED", `A run may make ${MAX_CALLS} calls in all.`);
    }
    this.#calls += 1;
    this.#pending += 1;
    const answer = (error: string | null, given: unknown) => {
      this.#pending -= 1;
      this.#parts.mailbox.tell({ kind: "answer", call, error, value: given ?? null });
    };
    (async () => member(value))().then(
      (given) => answer(null, given),
      (error: unknown) => answer(error instanceof Error ? error.message : String(error), null),
    );
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(() => {
      this.#over.signal.throwIfAborted();
      return work();
    });
    this.#line = turn.catch(() => {});
    return turn;
  }

  /** Of several that come faster than they can be told, only the last one counts. */
  #hint(ratio: number, label: string): void {
    const { world } = this.#parts;
    const waits = this.#progress !== null;
    this.#progress = {
      ratio: Math.min(1, Math.max(0, Number(ratio) || 0)),
      label: label.slice(0, 50),
    };
    if (waits) return;
    this.#inLine(async () => {
      const progress = this.#progress;
      this.#progress = null;
      if (progress) await world.services.setProgress(progress);
    }).catch((error: Error) => {
      this.#progress = null;
      if (!this.#over.signal.aborted) world.print(`buster.progressHint(): ${error.message}\n`);
    });
  }
}

function membersOf(
  { request, world, files, browser }: BusterParts,
  over: AbortSignal,
  inLine: <T>(work: () => Promise<T>) => Promise<T>,
) {
  const { services } = world;
  const { fileBytes } = request.limits;

  const fetched = async ({ from, headers }: Remote): Promise<Downloaded> =>
    download(from ?? "", {
      world,
      headers,
      userAgent: browser.userAgent,
      cookies: async (url) =>
        (await readCookies(await browser.anySession(), url))
          .map(({ name, value }) => `${name}=${value}`)
          .join("; "),
      maxBytes: fileBytes,
      over,
    });
  const keep = (path: string, bytes: Uint8Array, contentType: string | undefined) =>
    inLine(async () => {
      if (bytes.byteLength > fileBytes) {
        throw new Fault("PAYLOAD_TOO_LARGE", `A file may have ${fileBytes} bytes at most.`);
      }
      return (await services.save({ path, bytes, ...(contentType && { contentType }) })).url;
    });
  const readObject = (scope: ObjectScope) =>
    inLine(async () => JSON.parse(await services.readObject(scope)) as unknown);
  const writeObject = (scope: ObjectScope, object: unknown) =>
    inLine(async () => {
      if (Array.isArray(object)) throw new Fault("BAD_REQUEST", NOT_AN_OBJECT);
      await services.writeObject(scope, jsonOf(object));
    });
  const scopeOf = (agent: number | null): ObjectScope => {
    if (agent === null || agent === request.agentId) return "agent";
    if (Number.isInteger(agent) && agent > 0) return { agent };
    throw new Fault("BAD_REQUEST", "The agent's id must be a number.");
  };
  const noCaptchas = async () => {
    throw new Fault("BAD_REQUEST", "Captchas are not solved here.");
  };

  return {
    save: async (order: Remote) => {
      const from = order.from ?? "";
      const target = targetOf(nameIn(from), order.saveAs);
      if (!isWeb(from)) return keep(target, files.read(from), undefined);
      const { bytes, contentType } = await fetched(order);
      return keep(target, bytes, contentType);
    },
    download: async (order: Remote) => {
      const target = order.saveAs?.endsWith("/")
        ? order.saveAs + nameOf(nameIn(order.from ?? ""))
        : (order.saveAs ?? nameOf(nameIn(order.from ?? "")));
      const { bytes } = await fetched(order);
      files.write(target, bytes);
      return target;
    },
    saveFolder: async ({ path, saveAs }: { path: string | null; saveAs: string | null }) => {
      const folder = path ?? ".";
      const found = files.within(folder);
      if (files.stat(folder)?.type !== "folder") {
        throw new Fault("NOT_FOUND", `There is no folder ${folder}.`);
      }
      const [first, ...rest] = found;
      if (!first) throw new Fault("NOT_FOUND", `There is no file in the folder ${folder}.`);
      const into = (name: string) => targetOf(undefined, `${saveAs ?? ""}/${name}`);
      const url = await keep(into(first.path), first.bytes, undefined);
      for (const file of rest) await keep(into(file.path), file.bytes, undefined);
      return new URL("../".repeat(first.path.split("/").length - 1) || "./", url).href;
    },
    saveText: async ({ text, saveAs, mime }: Content) =>
      keep(targetOf(undefined, saveAs), new TextEncoder().encode(text ?? ""), mime ?? undefined),
    saveBase64: async ({ text, saveAs, mime }: Content) => {
      const [, stated, data = ""] = /^(?:data:([^,;]*)[^,]*,)?([\s\S]*)$/.exec(text ?? "") ?? [];
      const packed = data.replace(/\s+/g, "");
      if (!/^[\w+/-]*={0,2}$/.test(packed)) throw new Fault("BAD_REQUEST", "This is not Base64.");
      return keep(targetOf(undefined, saveAs), fromBase64(packed), mime ?? (stated || undefined));
    },
    getAgentObject: async ({ agent }: { agent: number | null }) => readObject(scopeOf(agent)),
    setAgentObject: async ({ agent, object }: { agent: number | null; object: unknown }) =>
      writeObject(scopeOf(agent), object),
    getGlobalObject: async () => readObject("account"),
    setGlobalObject: async ({ object }: { object: unknown }) => writeObject("account", object),
    setResultObject: async ({ object }: { object: unknown }) =>
      inLine(async () => services.setResult(jsonOf(object))),
    overrideTimeLimit: async (seconds: number) =>
      inLine(async () => services.setTimeLimit(Number(seconds))),
    /** Seconds; -1 once the script is asked to come to an end. */
    getTimeLeft: async () =>
      world.softAborted() ? -1 : Math.max(0, Math.floor((world.endsAt() - world.now()) / 1000)),
    mail: async ({ subject, text, to }: Record<"subject" | "text" | "to", string | null>) =>
      inLine(async () =>
        services.mail({ subject: subject ?? "", text: text ?? "", ...(to !== null && { to }) }),
      ),
    notify: async (note: Record<"message" | "title" | "url" | "urlTitle", string | null>) => {
      const link = [note.urlTitle, note.url].filter(Boolean).join(": ");
      const lines = [note.title, note.message, link].filter(Boolean);
      if (note.message === null) throw new Fault("BAD_REQUEST", "There is no message.");
      await inLine(async () => services.notify(lines.join("\n")));
    },
    solveCaptcha: noCaptchas,
    solveCaptchaBase64: noCaptchas,
    solveCaptchaImage: noCaptchas,
    solveNoCaptcha: noCaptchas,
  } satisfies Record<string, Member>;
}

function isWeb(from: string): boolean {
  return /^https?:\/\//i.test(from);
}

/** The last part of an address's path, or of a path. */
function nameIn(from: string): string | undefined {
  const path = isWeb(from) ? (URL.parse(from)?.pathname ?? "") : from;
  const name = path.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(name).replaceAll("/", "_") || undefined;
  } catch {
    return name;
  }
}

function nameOf(name: string | undefined): string {
  if (name === undefined) throw new Fault("BAD_REQUEST", "could not determine filename");
  return name;
}

/** Where something is kept, from the agent's folder on. A folder alone needs a name for the file. */
function targetOf(name: string | undefined, saveAs: string | null): string {
  const wish = saveAs ?? "";
  const path = wish === "" || wish.endsWith("/") ? wish + nameOf(name) : wish;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const clean = segments.join("/");
  if (clean === "") throw new Fault("BAD_REQUEST", "could not determine filename");
  if (clean.length > MAX_PATH_LENGTH || segments.length > MAX_DEPTH || /\p{C}/u.test(clean)) {
    throw new Fault("BAD_REQUEST", "The name of the file is too long, or cannot be read.");
  }
  return clean;
}

function jsonOf(object: unknown): string {
  if (typeof object !== "object" || object === null) throw new Fault("BAD_REQUEST", NOT_AN_OBJECT);
  const json = JSON.stringify(object);
  if (new TextEncoder().encode(json).byteLength > MAX_JSON_BYTES) {
    throw new Fault("PAYLOAD_TOO_LARGE", `The object may have ${MAX_JSON_BYTES} bytes at most.`);
  }
  return json;
}
