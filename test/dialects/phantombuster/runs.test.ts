import { beforeAll, describe, expect, it, vi } from "vitest";
import { eventually } from "../../support/agents.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";
import { stage, untilStopped, useStage } from "../../support/sandbox.ts";
import {
  type Client,
  FIRST_LINE,
  type Json,
  newAgent,
  newClient,
  type Output,
  ownWords,
  start,
} from "./support.ts";

/** What runs say: the document's `output.json`, and what later generations made of it. */

useStage();

let client: Client;
beforeAll(async () => {
  client = await newClient();
});

const LATER = ["agentStatus", "containerId", "runningContainers", "queuedContainers"];
const BEYOND = [...LATER.map((field) => `data.${field}`), "data.messages.context"];

/** Says no more than the first line that every console has, and waits to be stopped. */
const waiting = stage(untilStopped);

async function output(agent: number, query = ""): Promise<Output> {
  const { data } = await client.get<Output>(`agent/${agent}/output.json${query}`);
  return data;
}

async function launch(agent: number): Promise<number> {
  const { data } = await client.get<{ containerId: number }>(`agent/${agent}/launch`);
  await start(client);
  return data.containerId;
}

const until = (agent: number, status: string, query = "") =>
  eventually(async () => {
    const found = await output(agent, query);
    return found.status === status && found.output !== "" ? found : null;
  });

describe("agent/{id}/output.json", () => {
  it("is the document's while an agent runs", async () => {
    const agent = await newAgent(client, waiting);
    expect(await output(agent)).toMatchObject({
      status: "not running",
      launchNumber: 0,
      messages: [],
      output: "",
      outputPos: 0,
    });
    await client.get(`agent/${agent}/launch.json`);
    await start(client);
    await until(agent, "running");
    const body = await (await client.send(`agent/${agent}/output.json`)).json<{ data: Output }>();
    expectLikeGolden(body, "phantombuster/output", BEYOND);
    const { data } = golden("phantombuster/output") as { data: Output };
    expect(`${data.output}\n`).toMatch(FIRST_LINE);
    expect(body.data).toMatchObject({
      status: data.status,
      launchNumber: 1,
      output: expect.stringMatching(FIRST_LINE),
      outputPos: data.output.length + 1,
      messages: [{ text: "Agent started", type: "normal" }],
    });
    await client.get(`agent/${agent}/abort.json`);
    expect(await until(agent, "not running")).toMatchObject({
      messages: [{ text: "Agent started" }, { text: "Agent aborted" }],
    });
  });

  it("has the three cases of launchNumber", async () => {
    let runs = 0;
    const text = stage(async (world) => {
      runs += 1;
      world.print(`run ${runs}\n`);
      return runs > 1 ? untilStopped(world) : undefined;
    });
    const agent = await newAgent(client, text);
    await launch(agent);
    const said = (run: number) => ({
      launchNumber: run,
      output: expect.stringMatching(`run ${run}\n$`),
    });
    expect(await until(agent, "not running")).toMatchObject(said(1));
    await launch(agent);
    await eventually(async () => ((await output(agent)).output.endsWith("run 2\n") ? true : null));
    const [none, same, other, unknown] = await Promise.all(
      ["", "?launchNumber=2", "?launchNumber=1", "?launchNumber=99"].map((query) =>
        output(agent, query),
      ),
    );
    expect(none).toMatchObject({ status: "running", ...said(2) });
    expect(same).toMatchObject({ status: "running", ...said(2) });
    expect(other).toMatchObject({ status: "running", ...said(1) });
    expect(unknown).toMatchObject({ status: "running", ...said(2) });
    await client.get(`agent/${agent}/abort.json`);
    await until(agent, "not running");
  });

  it("has messages from an id on, or a few last ones", async () => {
    const agent = await newAgent(client, waiting);
    for (let times = 1; times <= 11; times += 1) await client.get(`agent/${agent}/launch.json`);
    await client.get(`agent/${agent}/abort.json`);
    await eventually(async () => ((await output(agent)).status === "not running" ? true : null));
    const few = (await output(agent)).messages;
    expect(few).toHaveLength(10);
    const [first, second] = few;
    const from = await output(agent, `?fromMessageId=${second?.id}`);
    expect(from.messages).toEqual(few.slice(1));
    // Later clients send the biggest id they have, and want none when they send nothing.
    const { data: records } = await client.get<{ id: number }[]>(`agent/${agent}/containers`);
    const containerId = records[0]?.id;
    const fresh = await output(agent, `?containerId=${containerId}&fromMessageId=${first?.id}`);
    expect(fresh.messages).toEqual(few.slice(1));
    expect((await output(agent, `?containerId=${containerId}`)).messages).toEqual([]);
    expect((await output(agent, "?fromMessageId=-1")).messages).toEqual([]);
    const { data } = await client.get<Output>(`agent/${agent}/output`);
    expect(data.messages).toEqual([]);
  });
});

describe("later generations", () => {
  it("track a container, or follow the most recent", async () => {
    const agent = await newAgent(client, waiting, { maxParallelExecs: 2 });
    const one = await launch(agent);
    await until(agent, "running");
    const tracked = await output(agent, `?containerId=${one}&fromOutputPos=4`);
    expect(tracked).toMatchObject({
      agentStatus: "running",
      containerStatus: "running",
      runningContainers: 1,
      queuedContainers: 0,
      containerId: one,
      output: expect.stringMatching(/^ntainer [0-9a-f]{12} started/),
    });
    await client.get(`agent/${agent}/abort`);
    await until(agent, "not running");
    const two = await launch(agent);
    await until(agent, "running");
    expect(await output(agent, `?mode=track&containerId=${one}`)).toMatchObject({
      agentStatus: "running",
      containerStatus: "not running",
      containerId: one,
    });
    // A position in the container before says nothing of this one.
    expect(await output(agent, `?mode=most-recent&containerId=${one}&fromOutputPos=9`)).toEqual(
      expect.objectContaining({
        containerId: two,
        output: expect.stringMatching(FIRST_LINE),
      }),
    );
    await client.get(`agent/${agent}/abort`);
    await until(agent, "not running");
  });

  it("track a container that still waits", async () => {
    const agent = await newAgent(client, waiting);
    await launch(agent);
    await until(agent, "running");
    const waits = await launch(agent);
    const path = `agent/${agent}/output?containerId=${waits}`;
    expect((await client.get<Output>(path)).data).toMatchObject({
      agentStatus: "running",
      containerStatus: "queued",
      queuedContainers: 1,
      containerId: waits,
      output: "",
    });
    await client.get(`agent/${agent}/abort`);
    await until(agent, "not running");
    expect((await client.get<Output>(path)).data).toMatchObject({ containerStatus: "not running" });
  });

  it("is 404 for another agent's container, and 400 for tracking none", async () => {
    const agent = await newAgent(client, waiting);
    expect(await client.get(`agent/${agent}/output?containerId=999999999`)).toMatchObject({
      code: 404,
    });
    expect(await client.get(`agent/${agent}/output?mode=track`)).toMatchObject({ code: 400 });
  });

  it("show progress and result", async () => {
    const text = stage(async (world) => {
      world.print("at work\n");
      await world.services.setProgress({ ratio: 0.25, label: "A quarter" });
      await world.services.setResult('{"rows":[1,"é"]}');
      return untilStopped(world);
    });
    const agent = await newAgent(client, text);
    await launch(agent);
    const found = await eventually(async () => {
      const { progress, ...rest } = await output(agent);
      return progress ? { progress, ...rest } : null;
    });
    const progress = { progress: 0.25, label: "A quarter", runtime: expect.any(Number) };
    expect(found.progress).toEqual(progress);
    const done = await eventually(async () => {
      const now = await output(agent);
      return now.resultObject ? now : null;
    });
    expect(done.resultObject).toEqual({ rows: [1, "é"] });
    expect(await output(agent, "?withoutResultObject=true")).not.toHaveProperty("resultObject");
    const { data } = await client.get<{ agents: Json[] }>("user.json");
    expect(data.agents.find(({ id }) => id === agent)).toMatchObject({ running: true, progress });
    await client.get(`agent/${agent}/abort`);
    expect(await until(agent, "not running")).toMatchObject({ resultObject: { rows: [1, "é"] } });
  });
});

const WORDS = ["日本語", "é", "😀🏳️‍🌈", "plain", " ", "ﬀ", "\t\u0301"];
const LINES = Array.from(
  { length: 120 },
  (_, line) => `${line} ${WORDS[(line * 3) % WORDS.length]?.repeat((line % 9) + 1)}`,
);
const SCRIPT = `
var lines = ${JSON.stringify(LINES)};
setInterval(function () {
  lines.splice(0, 2).forEach(function (line) { console.log(line); });
  if (lines.length === 0) phantom.exit();
}, 10);`;

describe("a client that polls a real script, which talks much and in many tongues", () => {
  beforeAll(() => {
    vi.restoreAllMocks();
  });

  it("puts the console together byte by byte", async () => {
    const agent = await newAgent(client, SCRIPT, { command: "phantomjs" });
    const poll = (position: number) => output(agent, `?fromOutputPos=${position}`);
    await launch(agent);
    let heard = "";
    let position = 0;
    let pieces = 0;
    await eventually(async () => {
      const found = await poll(position);
      heard += found.output;
      if (found.output !== "") pieces += 1;
      position = found.outputPos;
      return found.status === "not running" && position > 0 ? true : null;
    });
    expect(ownWords(heard)).toBe(LINES.map((line) => `${line}\n`).join(""));
    expect(pieces).toBeGreaterThan(2);
    const bytes = new TextEncoder().encode(heard);
    expect(position).toBe(bytes.length);

    // From within a character on, the whole character comes.
    for (const at of [1, 68, 69, 70, 71, bytes.length - 2]) {
      const { output: rest } = await poll(at);
      expect(heard.endsWith(rest) && !rest.includes("\ufffd")).toBe(true);
      expect(bytes.length - new TextEncoder().encode(rest).length).toBeLessThanOrEqual(at);
    }
    expect(await poll(position + 5)).toMatchObject({ output: "", outputPos: position });
  });
});
