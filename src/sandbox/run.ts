import { nanoid } from "nanoid";
import type { RunEnd, RunRequest, RunResult, RunStop, RunWorld } from "../domain/ports.ts";
import { Buster } from "./buster.ts";
import { CASPER_FILES, CASPER_PATH } from "./casper.ts";
import { Interpreter, type Uncaught } from "./engine/interpreter.ts";
import { HOME, RunFiles } from "./files.ts";
import busterScript from "./guest/buster.js";
import documentScript from "./guest/document.js";
import filesScript from "./guest/files.js";
import limitsScript from "./guest/limits.js";
import phantomScript from "./guest/phantom.js";
import webpageScript from "./guest/webpage.js";
import webserverScript from "./guest/webserver.js";
import worldScript from "./guest/world.js";
import { Mailbox } from "./mailbox.ts";
import { operationsOf, type Operations, type Start } from "./operations.ts";
import { PhantomBrowser } from "./phantom/browser.ts";
import { LocalFiles } from "./phantom/local-files.ts";

/** The guest's world, in the order in which it is built. */
const GUEST: [name: string, script: string][] = [
  ["limits", limitsScript],
  ["world", worldScript],
  ["files", filesScript],
  ["webpage", webpageScript],
  ["webserver", webserverScript],
  ["buster", busterScript],
  ["document", documentScript],
  ["phantom", phantomScript],
];

/** What a run is made of beside what the account asked for; for tests of foreign suites. */
export interface RunExtras {
  /** Put where the script can read them, by absolute path. */
  files?: Record<string, string | Uint8Array>;
  /** After the script's own name. */
  args?: string[];
  build?: "jspi" | "asyncify";
}

/** One run of one script, from its first line to its end. */
export async function run(
  request: RunRequest,
  world: RunWorld,
  extras: RunExtras = {},
): Promise<RunResult> {
  const files = filesOf(request, world, extras);
  const mailbox = new Mailbox();
  const secret = nanoid();
  const local = new LocalFiles(files, secret);
  const { assertAllowed, tell } = world;
  const browser = new PhantomBrowser({
    devTools: world.browser,
    mailbox,
    assertAllowed,
    tell,
    token: `callPhantom:${secret}`,
    local,
  });
  const buster = new Buster({ request, world, files, browser, mailbox });
  const end = Promise.withResolvers<RunEnd>();
  let ended = false;
  const finish = (how: RunEnd) => {
    ended = true;
    guest?.stop();
    mailbox.stop();
    end.resolve(how);
  };
  let guest: Interpreter | undefined;
  const stopped = (): RunEnd => ({ type: "stopped", by: world.signal.reason as RunStop });
  if (world.signal.aborted) return { end: stopped(), files: [] };
  const stop = () => finish(stopped());
  world.signal.addEventListener("abort", stop, { once: true });
  void world.browser.ended.then(() => {
    if (!ended) finish({ type: "failed", reason: "The browser is gone." });
  });
  const work = (async () => {
    await browser.start();
    const operations = operationsOf({
      world,
      start: startOf(request, extras),
      files,
      mailbox,
      browser,
      buster,
      local,
      end: (code) => finish({ type: "exited", code: Number.isInteger(code) ? code & 255 : 1 }),
    });
    guest = await Interpreter.create({
      answer: (operation, argument) => answer(operations, () => ended, operation, argument),
      interrupts: request.limits.interrupts,
      memory: request.limits.memory,
      rest: async () => {
        await world.sleep(0);
        return ended;
      },
      ...(extras.build && { build: extras.build }),
    });
    await live(guest, () => ended, finish);
  })();
  work.catch((error: unknown) => finish({ type: "failed", reason: wordsOf(error) }));
  const how = await end.promise;
  world.signal.removeEventListener("abort", stop);
  if (how.type === "exited") await buster.settle();
  else buster.stop();
  // What still runs sees that it is over; a script that computes is stopped at its next interrupt.
  await Promise.race([work.catch(() => {}), world.sleep(1_000)]);
  return { end: how, files: files.left() };
}

/** The script's whole life: its world, itself, and then turn after turn. */
async function live(
  guest: Interpreter,
  ended: () => boolean,
  finish: (how: RunEnd) => void,
): Promise<void> {
  const steps: [code: string, file: string][] = GUEST.map(([name, script]) => [
    script,
    `outrider:${name}.js`,
  ]);
  steps.push(["__start()", "outrider:start.js"]);
  while (!ended()) {
    const [code, file] = steps.shift() ?? ["__turn()", "outrider:turn.js"];
    const uncaught = (await guest.evaluate(code, file)) ?? (await guest.settlePromises());
    if (ended()) return;
    if (guest.exhausted) {
      finish({ type: "failed", reason: `The script used up its CPU budget${placeOf(uncaught)}.` });
    } else if (uncaught) {
      finish({
        type: "failed",
        reason: `${uncaught.name}: ${uncaught.message}${placeOf(uncaught)}`,
      });
    }
  }
}

/** Where in the script's own files it happened, as ` at script.js:12`. */
function placeOf(uncaught: Uncaught | null): string {
  const frames = uncaught?.stack.split("\n") ?? [];
  const own = frames.find((frame) => /:\d+/.test(frame) && !frame.includes("outrider:"));
  const place = /\(?([^()\s]+?:\d+)(?::\d+)?\)?$/.exec(own ?? "")?.[1];
  return place ? ` at ${place}` : "";
}

/** JSON to JSON, at once where the operation answers at once. It never throws. */
function answer(
  operations: Operations,
  ended: () => boolean,
  name: string,
  argument: string,
): string | Promise<string> {
  const refuse = (error: unknown) => JSON.stringify({ refused: wordsOf(error) });
  if (ended()) return refuse(new Error("The run is over."));
  try {
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!operation) throw new Error(`There is no operation ${name}.`);
    const value = operation(JSON.parse(argument) as never);
    return value instanceof Promise ? value.then(give, refuse) : give(value);
  } catch (error) {
    return refuse(error);
  }
}

function give(value: unknown): string {
  return JSON.stringify({ value: value ?? null });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function startOf({ command, script }: RunRequest, { args = [] }: RunExtras): Start {
  const file = `${HOME}/${script.name}`;
  return command === "casperjs"
    ? {
        main: `${CASPER_PATH}/bin/bootstrap.js`,
        args: [
          "phantomjs",
          `--casper-path=${CASPER_PATH}`,
          "--cli",
          ...(args.length > 0 ? args : [file]),
        ],
        casper: true,
      }
    : { main: file, args: [script.name, ...args], casper: false };
}

function filesOf(
  { command, script, limits }: RunRequest,
  world: RunWorld,
  extras: RunExtras,
): RunFiles {
  const files = new RunFiles(limits, world.now);
  files.give(`${HOME}/${script.name}`, script.text);
  if (command === "casperjs") {
    for (const [path, text] of Object.entries(CASPER_FILES)) {
      files.give(`${CASPER_PATH}/${path}`, text);
    }
  }
  for (const [path, content] of Object.entries(extras.files ?? {})) files.give(path, content);
  return files;
}
