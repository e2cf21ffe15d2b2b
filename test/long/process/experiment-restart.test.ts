import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  freePort,
  killRuntime,
  makeFolder,
  type Outrider,
  removeFolder,
  startOutrider,
} from "../../process/outrider.ts";

/**
 * The whole runtime is killed while runners of three ages work off 5,000 crates, and started again.
 * Some runners die with crates in hand, others say everything twice.
 */

const TODAY = { name: "today", crates: 4000 };
const OLDER = { name: "older", crates: 1000 };
/** For a runner that knows the document alone, and sends no results. */
const OLDEST = { names: ["oldest-0", "oldest-1", "oldest-2"], runner: "document" };
const TOOLCHAINS = ["stable", "beta"];
const RUNNERS = 8;
/** Of today's runners, those that die, each with a crate in hand. */
const MORTAL = new Set([0, 1]);
/** Requests with results after which the runtime is killed. */
const KILLS = [1000, 3000, 5000];
const LONG_ENOUGH_MS = 900_000;

interface Crate {
  Registry: { name: string; version: string };
}

let dir: string;
let port: number;
let outrider: Outrider;

beforeAll(async () => {
  [dir, port] = [await makeFolder(), await freePort()];
  await mkdir(join(dir, "state"));
  await writeFile(join(dir, "state", ".dev.vars"), "RUNNER_TIMEOUT=60\nRUNNER_TIMEOUT_LEGACY=60\n");
  outrider = await startOutrider({ port, dir });
});
afterAll(async () => {
  await outrider.stop();
  await removeFolder(dir);
});

/** Asks until there is an answer, as runners do: what was done may be done again. */
async function ask(
  authorization: string,
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; text: string }> {
  for (;;) {
    try {
      const response = await fetch(`${outrider.url}${path}`, {
        method,
        headers: {
          authorization,
          "x-api-key": outrider.key,
          "content-type": "application/json",
        },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      if (response.status < 500) return { status: response.status, text };
    } catch {
      // Nobody is there, or somebody was and died.
    }
    await wait(250);
  }
}

async function manage<T>(method: string, path: string, body?: object | string): Promise<T> {
  const sent = typeof body === "object" ? JSON.stringify(body) : body;
  const { status, text } = await ask(`Bearer ${outrider.key}`, method, path, sent);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

const crate = (index: number): Crate => ({
  Registry: { name: `crate-${index}`, version: "1.0.0" },
});

/** One crate in ten does worse under beta. */
function resultOf({ Registry }: Crate, toolchain: string): string {
  const worse = toolchain === "beta" && Registry.name.endsWith("7");
  return worse ? "build-fail:compiler-error" : "test-pass";
}

const logOf = ({ Registry }: Crate, toolchain: string) => `${Registry.name} under ${toolchain}`;

async function newExperiment({ name, crates }: typeof TODAY, wish: object): Promise<void> {
  const given = { name, toolchains: TOOLCHAINS, crates: [], ...wish };
  await manage("POST", "/manage/experiments", given);
  const lines = Array.from({ length: crates }, (_, index) => JSON.stringify(crate(index)));
  await manage("POST", `/manage/experiments/${name}/crates`, lines.join("\n"));
}

async function newRunner(name: string): Promise<string> {
  return (await manage<{ token: string }>("POST", "/manage/runners", { name })).token;
}

/** Requests with results that were answered so far. */
const tally = { answered: 0 };

async function record(authorization: string, path: string, body: object): Promise<void> {
  const { status, text } = await ask(authorization, "POST", path, JSON.stringify(body));
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  tally.answered += 1;
}

/** Wrong, and of no matter: the first stands. */
const AGAIN = { result: "error", log: btoa("again") };

/** A runner of today, until there are no crates for it, or it dies. */
async function workToday(token: string, lives: number, repeats: boolean): Promise<void> {
  const authorization = `CraterToken ${token}`;
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const { text } = await ask(authorization, "POST", `/agent-api/${path}`, JSON.stringify(body));
    return (JSON.parse(text) as { result: T }).result;
  };
  if ((await post("next-experiment", {})) === null) return;
  for (let done = 0; ; done += 1) {
    const dealt = await post<Crate | null>("next-crate", TODAY.name);
    if (dealt === null || done === lives) return;
    const results = TOOLCHAINS.map((toolchain) => ({
      crate: dealt,
      toolchain,
      result: resultOf(dealt, toolchain),
      log: btoa(logOf(dealt, toolchain)),
    }));
    const send = (body: object) =>
      record(authorization, "/agent-api/record-progress", {
        "experiment-name": TODAY.name,
        ...body,
      });
    // One by one, or together.
    if (done % 3 === 0) for (const result of results) await send({ result });
    else await send({ results });
    if (repeats) await send({ results: results.map((result) => ({ ...result, ...AGAIN })) });
  }
}

/** A runner of `record-result`, through the whole of its experiment, or until it dies. */
async function workOlder(token: string, lives: number): Promise<void> {
  const authorization = `token ${token}`;
  const { text } = await ask(authorization, "GET", "/agent-api/next-experiment");
  const experiment = JSON.parse(text) as { crates: Crate[] } | null;
  for (const [done, given] of (experiment?.crates ?? []).entries()) {
    if (done === lives) return;
    for (const toolchain of TOOLCHAINS) {
      const result = {
        crate: given,
        toolchain,
        result: resultOf(given, toolchain),
        log: btoa(logOf(given, toolchain)),
        shas: [],
      };
      await record(authorization, "/agent-api/record-result", result);
      if (done % 7 > 0) continue;
      await record(authorization, "/agent-api/record-result", { ...result, ...AGAIN });
    }
  }
  await ask(authorization, "POST", "/agent-api/complete-experiment");
}

/** A runner of the document's day, one experiment after the other. */
async function workOldest(token: string): Promise<void> {
  const authorization = `token ${token}`;
  for (const name of OLDEST.names) {
    await ask(authorization, "GET", "/agent-api/config");
    const { text } = await ask(authorization, "GET", "/agent-api/next-experiment");
    expect(JSON.parse(text)).toMatchObject({ name, crates: [crate(0), crate(1)] });
    await wait(20_000);
    // 409: it was completed, and whoever answered died.
    const done = await ask(authorization, "POST", "/agent-api/complete-experiment");
    expect([200, 409]).toContain(done.status);
  }
}

interface Experiment {
  status: string;
  progress: { done: number; total: number };
  report_url: string;
  reported_at: string | null;
}

async function read(name: string): Promise<Experiment> {
  const path = `/manage/experiments/${name}`;
  return (await manage<{ experiment: Experiment }>("GET", path)).experiment;
}

/** Sends one runner after the other, since what the dead held is given back after a while. */
async function untilReported(name: string, work: (runner: string) => Promise<void>): Promise<void> {
  const deadline = Date.now() + LONG_ENOUGH_MS;
  for (let sent = 0; (await read(name)).reported_at === null; sent += 1) {
    if (Date.now() > deadline) throw new Error(`${name} has no report.`);
    await work(await newRunner(`last-${name}-${sent}`));
    await wait(5000);
  }
}

async function killAndStart(): Promise<void> {
  for (const results of KILLS) {
    while (tally.answered < results) await wait(50);
    await killRuntime(dir);
    await outrider.stop("SIGKILL");
    outrider = await startOutrider({ port, dir });
  }
}

describe("runners and a Worker that dies", () => {
  it("leave each crate with one result per toolchain, and a report that adds up", async () => {
    await newExperiment(TODAY, { shared: true, requirements: ["new"] });
    await newExperiment(OLDER, {});
    for (const name of OLDEST.names) {
      await newExperiment({ name, crates: 2 }, { assignee: OLDEST.runner, priority: 1 });
    }
    const oldest = await newRunner(OLDEST.runner);
    const tokens = await Promise.all(
      Array.from({ length: RUNNERS }, (_, index) => newRunner(`today-${index}`)),
    );
    for (const token of tokens) {
      const can = JSON.stringify({ capabilities: ["new"] });
      await ask(`CraterToken ${token}`, "POST", "/agent-api/config", can);
    }
    const older = await newRunner("older");
    await Promise.all([
      killAndStart(),
      ...tokens.map((token, index) =>
        workToday(token, MORTAL.has(index) ? 150 + index * 100 : Infinity, index % 3 === 2),
      ),
      workOlder(older, 400),
      workOldest(oldest),
    ]);
    await untilReported(OLDER.name, (token) => workOlder(token, Infinity));
    await untilReported(TODAY.name, async (token) => {
      const can = JSON.stringify({ capabilities: ["new"] });
      await ask(`CraterToken ${token}`, "POST", "/agent-api/config", can);
      await workToday(token, Infinity, false);
    });

    for (const name of OLDEST.names) {
      const experiment = await read(name);
      expect(experiment).toMatchObject({ status: "completed", progress: { done: 0, total: 2 } });
      const page = await ask("", "GET", new URL(experiment.report_url).pathname);
      expect(page.text).toContain("No results were sent.");
    }
    for (const { name, crates } of [TODAY, OLDER]) {
      const experiment = await read(name);
      expect(experiment).toMatchObject({
        status: "completed",
        progress: { done: crates, total: crates },
      });
      const { pathname } = new URL(experiment.report_url);
      const rows = await manage<{ crate: string; category: string; results: object[] }[]>(
        "GET",
        `${pathname}/results.json`,
      );
      expect(rows).toEqual(
        Array.from({ length: crates }, (_, index) => ({
          crate: `crate-${index} 1.0.0`,
          category: index % 10 === 7 ? "regressed" : "same",
          results: TOOLCHAINS.map((toolchain) => ({
            toolchain,
            result: resultOf(crate(index), toolchain),
          })),
        })),
      );
      const page = (await ask("", "GET", pathname)).text.replaceAll(/\s+/g, " ");
      expect(page).toContain(`<b>${crates / 10}</b> regressed`);
      for (let index = 3; index < crates; index += 251) {
        const log = await ask("", "GET", `${pathname}/logs/${index}/1`);
        expect(log.text).toBe(logOf(crate(index), "beta"));
      }
      // Whatever died in between, each is told, and once.
      const told = async () => {
        const path = `/api/events?per_page=200&session_id=experiment_${name}`;
        const { events } = await manage<{ events: { original_type: string }[] }>("GET", path);
        return events.map(({ original_type }) => original_type);
      };
      const once = ["experiment_queued", "experiment_completed", "report_ready"];
      await expect
        .poll(async () => (await told()).filter((kind) => once.includes(kind)).toSorted(), {
          timeout: 150_000,
        })
        .toEqual(once.toSorted());
      expect(await told()).toContain("experiment_handed_on");
    }
  }, 3_600_000);
});
