import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  freePort,
  killRuntime,
  makeFolder,
  type Outrider,
  processesOf,
  removeFolder,
  startOutrider,
} from "../../process/outrider.ts";

/** What becomes of launches when it happens to the real processes. */

type Json = Record<string, unknown>;

let dir: string;
let port: number;
let outrider: Outrider;

beforeAll(async () => {
  [dir, port] = [await makeFolder(), await freePort()];
  outrider = await startOutrider({ port, dir });
});
afterAll(async () => {
  await outrider.stop();
  await removeFolder(dir);
});

async function call<T = Json>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${outrider.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${outrider.key}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as T;
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

interface Launch {
  id: number;
  type: string;
  status: string;
  last_end_message: string | null;
}

const endless = `
  var n = 0;
  setInterval(function () { console.log("line " + (++n)); }, 100);`;

async function newAgent(name: string, text: string, settings: object = {}): Promise<number> {
  await call("POST", "/manage/scripts", { name: `${name}.js`, text });
  const agent = { name, script: `${name}.js`, command: "phantomjs", ...settings };
  return (await call<{ agent: { id: number } }>("POST", "/manage/agents", agent)).agent.id;
}

async function launch(agentId: number): Promise<number> {
  const path = `/manage/agents/${agentId}/launches`;
  return (await call<{ launch: Launch }>("POST", path)).launch.id;
}

async function launchWhen(
  id: number,
  passes: (launch: Launch) => boolean,
  ms: number,
): Promise<Launch> {
  const deadline = Date.now() + ms;
  for (;;) {
    const { launch: seen } = await call<{ launch: Launch }>("GET", `/manage/launches/${id}`);
    if (passes(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`It stayed ${JSON.stringify(seen)}`);
    await wait(250);
  }
}

const isRunning = ({ status }: Launch) => status === "running";
const hasEnded = ({ status }: Launch) => status === "ended";

describe("a launch", () => {
  it("is found lost within a minute when the Worker is killed, and tried again if its agent says so", async () => {
    const once = await newAgent("once", endless);
    const twice = await newAgent("twice", endless, { retries: 1 });
    const ids = [await launch(once), await launch(twice)];
    for (const id of ids) await launchWhen(id, isRunning, 30_000);
    await killRuntime(dir);
    await outrider.stop("SIGKILL");
    outrider = await startOutrider({ port, dir });
    const back = Date.now();
    for (const id of ids) {
      const { last_end_message: message } = await launchWhen(id, hasEnded, 60_000);
      expect(message).toBe("Agent lost");
    }
    expect(Date.now() - back).toBeLessThan(60_000);
    const launchesOf = async (agentId: number) =>
      (await call<{ launches: Launch[] }>("GET", `/manage/agents/${agentId}/launches`)).launches;
    expect((await launchesOf(once)).map(({ type }) => type)).toEqual(["manual"]);
    const [again] = await launchesOf(twice);
    expect(again?.type).toBe("retry");
    await launchWhen(again?.id ?? 0, isRunning, 60_000);
    await call("POST", `/manage/launches/${again?.id}/abort`);
    const aborted = await launchWhen(again?.id ?? 0, hasEnded, 30_000);
    expect(aborted.last_end_message).toBe("Agent aborted");
    // Nothing is stuck: the next one runs.
    const next = await launch(once);
    await launchWhen(next, isRunning, 60_000);
    await call("POST", `/manage/launches/${next}/abort`);
    await launchWhen(next, hasEnded, 30_000);
  }, 300_000);

  it("ends when its Chromium is killed", async () => {
    const id = await launch(await newAgent("browserless", endless));
    await launchWhen(id, isRunning, 30_000);
    const browsers = (await processesOf(dir)).filter(
      ({ command }) => /chrom/i.test(command) && !/--type=/.test(command),
    );
    expect(browsers.length).toBeGreaterThan(0);
    for (const { pid } of browsers) process.kill(pid, "SIGKILL");
    const { last_end_message: message } = await launchWhen(id, hasEnded, 30_000);
    expect(message).toBe("Agent finished (error)");
  });
});
