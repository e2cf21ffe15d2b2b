import type { RunWorld } from "../domain/ports.ts";
import { bytesOf, binaryOf } from "./binary.ts";
import type { Buster } from "./buster.ts";
import { CASPER_PATH } from "./casper.ts";
import { HOME, type RunFiles } from "./files.ts";
import type { Mailbox } from "./mailbox.ts";
import { addCookie, type PhantomCookie, readCookies, removeCookies } from "./phantom/cookies.ts";
import type { PhantomBrowser } from "./phantom/browser.ts";
import { computeIn } from "./phantom/evaluate.ts";
import { inPageFind, inPageParse } from "./phantom/in-page.ts";
import type { LocalFiles } from "./phantom/local-files.ts";
import { TELLING, workings } from "./phantom/operations.ts";
import type { GivenAnswer } from "./phantom/servers.ts";

/** One thing that the guest can ask for. */
export type Operation = (argument: never) => unknown;
export type Operations = Record<string, Operation>;

/** How the script is started. */
export interface Start {
  /** File that runs first. */
  main: string;
  /** `system.args`. */
  args: string[];
  casper: boolean;
}

export interface Parts {
  world: RunWorld;
  start: Start;
  files: RunFiles;
  mailbox: Mailbox;
  browser: PhantomBrowser;
  buster: Buster;
  local: LocalFiles;
  end: (code: number) => void;
}

/** All that a script can reach, by name: it has no other way out. */
export function operationsOf(parts: Parts): Operations {
  return {
    ...basics(parts),
    ...fileOperations(parts),
    ...pageOperations(parts),
    ...cookieOperations(parts),
    ...parts.buster.operations(),
  };
}

function basics({ world, mailbox, start, browser, end }: Parts): Operations {
  const { servers } = browser;
  const compute = async (expression: string) => computeIn(await browser.anySession(), expression);
  return {
    now: () => world.now(),
    random: () => world.random(),
    print: (text: string) => world.print(String(text)),
    arguments: () => start.args,
    start: () => ({
      main: start.main,
      script: start.args.at(-1) ?? "",
      args: start.args.slice(1),
      casperPath: start.casper ? CASPER_PATH : null,
      userAgent: browser.userAgent,
    }),
    end,
    next: (ms: number | null) => mailbox.next(ms),
    reply: ({ reply, value }: { reply: number; value: unknown }) => mailbox.reply(reply, value),
    resume: (ticket: number) => mailbox.resume(ticket),
    "url.part": ({ url, part }: { url: string; part: string }) => partOf(url, part),
    "url.resolve": ({ url, base }: { url: string; base: string }) =>
      URL.parse(url, base)?.href ?? url,
    "document.parse": (html: string) => compute(inPageParse(html)),
    "document.find": (order: { markup: string; kind: string; what: string }) =>
      compute(inPageFind(order)),
    "server.listen": (port: number) => servers.listen(port),
    "server.close": (port: number) => servers.close(port),
    "server.respond": (answer: GivenAnswer) => servers.respond(answer),
  };
}

const URL_PARTS = [
  "href",
  "protocol",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

function partOf(url: string, part: string): string {
  const parsed = URL.parse(url, "file:///");
  const known = URL_PARTS.find((each) => each === part);
  return parsed && known ? parsed[known] : "";
}

function fileOperations({ files, world }: Parts): Operations {
  return {
    "fs.folder": () => files.folder,
    "fs.absolute": (path: string) => files.absolute(path),
    "fs.stat": (path: string) => files.stat(path),
    "fs.read": ({ path, binary }: { path: string; binary: boolean }) => {
      const bytes = files.read(path);
      return binary ? binaryOf(bytes) : new TextDecoder().decode(bytes);
    },
    "fs.write": (order: { path: string; text: string; binary: boolean; append?: boolean }) => {
      const bytes = order.binary ? bytesOf(order.text) : new TextEncoder().encode(order.text);
      files.write(order.path, bytes, order.append);
    },
    "fs.list": (path: string) => files.list(path),
    "fs.makeFolder": ({ path, parents }: { path: string; parents: boolean }) =>
      files.makeFolder(path, parents),
    "fs.remove": ({ path, type }: { path: string; type: "file" | "empty" | "tree" }) =>
      files.remove(path, type),
    "fs.enter": (path: string) => files.enter(path),
    /** Another script of the account's, brought into the run's folder when it is first asked for. */
    "fs.fetchScript": async (name: string) => {
      if (!/^[\w.-]+$/.test(name)) return false;
      const text = await world.services.script(name);
      if (text === null) return false;
      files.give(`${HOME}/${/\.js(?:on)?$/.test(name) ? name : `${name}.js`}`, text);
      return true;
    },
  };
}

function pageOperations({ browser, files, local, world, mailbox }: Parts): Operations {
  const telling = Object.entries(TELLING).map(([name, operation]) => [
    `page.${name}`,
    ({ page, value }: { page: number; value: never }) =>
      (operation as (page: unknown, value: never) => unknown)(browser.get(page), value),
  ]);
  const working = Object.entries(workings({ browser, files, local, world })).map(
    ([name, operation]) => [
      `page.${name}`,
      ({ page, value }: { page: number; value: never }) => {
        const run = operation as (page: unknown, value: never) => unknown;
        return mailbox.work((async () => run(browser.get(page), value))());
      },
    ],
  );
  return {
    "page.create": async () => (await browser.create()).id,
    ...(Object.fromEntries([...telling, ...working]) as Operations),
  };
}

function cookieOperations({ browser }: Parts): Operations {
  return {
    "cookies.list": () => readCookies(browser.root),
    "cookies.add": async (cookie: PhantomCookie) =>
      addCookie(await browser.anySession(), cookie, undefined),
    "cookies.remove": async (which: { name: string } | null) =>
      removeCookies(await browser.anySession(), which?.name),
  };
}
