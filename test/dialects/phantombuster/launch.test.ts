import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/agents.ts";
import { expectLikeGolden } from "../../support/golden.ts";
import { stage, untilStopped, useStage } from "../../support/sandbox.ts";
import {
  type Client,
  type Json,
  newAgent,
  newClient,
  type Output,
  ownWords,
  queued,
  start,
} from "./support.ts";

/** How agents are launched and what that answers, through all generations: wire/notes.md. */

useStage();

let client: Client;
beforeAll(async () => {
  client = await newClient();
});

/** Result, console and exit code. */
const report = stage(async (world) => {
  world.print("One\nTwo");
  await world.services.setResult('{"rows":[1,2]}');
  world.print(" é\n");
});

interface Launched {
  containerId: number;
}

async function ended(agent: number, containerId: number): Promise<Output> {
  return eventually(async () => {
    const path = `agent/${agent}/output?containerId=${containerId}`;
    const { data } = await client.get<Output>(path);
    return data.containerStatus === "not running" ? data : null;
  });
}

describe("launch options", () => {
  const idle = stage(untilStopped);
  /** Command and argument of a launch that is queued. */
  const options = async (how: Promise<{ code: number; data: Launched }>): Promise<unknown[]> => {
    const { code, data } = await how;
    expect(code).toBe(200);
    const { command, argument } = await queued(client, data.containerId);
    return [command, argument];
  };

  it("come in the query, as JSON or as a form; the body's count", async () => {
    const path = `agent/${await newAgent(client, idle)}/launch`;
    const argument = '{"a":"é & +"}';
    const command = "phantomjs";
    const query = `argument=${encodeURIComponent(argument)}&command=${command}`;
    const ways = [
      client.get<Launched>(`${path}?${query}`),
      client.post<Launched>(`${path}?${query}`),
      client.post<Launched>(path, { argument, command }),
      client.post<Launched>(path, { argument: { a: "é & +" }, command }),
      client.form<Launched>(path, { argument, command }),
      client.post<Launched>(`${path}?argument=1`, { argument, command }),
    ];
    for (const way of ways) expect(await options(way)).toEqual([command, argument]);
  });

  it("together put the saved ones aside, and are saved when that is asked for", async () => {
    const saved = { command: "phantomjs", argument: '{"saved":1}' };
    const path = `agent/${await newAgent(client, idle, saved)}/launch`;
    const once = (query: string) => options(client.get<Launched>(`${path}?${query}`));
    const kept = ["phantomjs", '{"saved":1}'];
    expect(await once("")).toEqual(kept);
    expect(await once("command=casperjs")).toEqual(["casperjs", "{}"]);
    expect(await once("argument=[2]")).toEqual([null, "[2]"]);
    expect(await once("command=&argument=&saveLaunchOptions=1")).toEqual(kept);
    expect(await once("command=casperjs&argument=[3]&saveLaunchOptions=")).toEqual([
      "casperjs",
      "[3]",
    ]);
    expect(await once("")).toEqual(kept);
    const next = ["casperjs", "[4]"];
    expect(await once("command=casperjs&argument=[4]&saveLaunchOptions=1")).toEqual(next);
    expect(await once("")).toEqual(next);
  });

  it("that are unknown are passed over", async () => {
    const agent = await newAgent(client, idle);
    const answer = await client.post(`agent/${agent}/launch`, { saveArgument: "false", x: {} });
    expectLikeGolden(
      { status: answer.status, data: answer.data },
      "phantombuster/launch-container",
    );
  });

  it("are refused when they are wrong, and launch nothing", async () => {
    const agent = await newAgent(client, idle);
    const path = `agent/${agent}/launch`;
    const answers = await Promise.all([
      client.form(path, { argument: "{" }),
      client.post(path, { argument: "no JSON" }),
      client.post(path, { command: 5 }),
      client.post(path, { output: "xml" }),
      client.post(path, { argument: `"${"x".repeat(256 * 1024)}"` }),
    ]);
    expect(answers.map(({ code, message }) => [code, message?.split(":")[0]])).toEqual([
      [400, "argument"],
      [400, "argument"],
      [400, "command"],
      [400, "output"],
      [400, "argument"],
    ]);
    const { data } = await client.get<Output>(`agent/${agent}/output`);
    expect(data.launchNumber).toBe(0);
  });
});

describe("output=", () => {
  const streamed = async (agent: number, kind: string) => {
    const path = `agent/${agent}/launch?output=${kind}`;
    const response = await client.send(path, { method: "POST", body: "{}" });
    await start(client);
    return response;
  };

  it("result-object-with-output waits for the end and has all", async () => {
    const response = await streamed(await newAgent(client, report), "result-object-with-output");
    expect(response.status).toBe(200);
    const body = await response.json<{ data: Json & { output: string } }>();
    expectLikeGolden(body, "phantombuster/launch-result-object", ["data.output"]);
    expect(body).toMatchObject({
      message: "Agent finished (success)",
      data: { exitCode: 0, resultObject: { rows: [1, 2] } },
    });
    expect(ownWords(body.data.output)).toBe("One\nTwo é\n");
  });

  it("result-object of a run that fails is a 200 that says so", async () => {
    const text = stage(async () => ({ type: "exited", code: 3 }));
    const agent = await newAgent(client, text);
    const response = await client.send(`agent/${agent}/launch.json?output=result-object`);
    await start(client);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: "error",
      message: "Agent finished with exit code 3",
      data: { exitCode: 3 },
    });
  });

  it("first-result-object ends while the run goes on", async () => {
    const text = stage(async (world) => {
      await world.services.setResult('"first"');
      return untilStopped(world);
    });
    const agent = await newAgent(client, text);
    const response = await streamed(agent, "first-result-object");
    const body = await response.json<{ data: Launched }>();
    const { containerId } = body.data;
    expect(body).toEqual({ status: "success", data: { containerId, resultObject: "first" } });
    const { data } = await client.get<Output>(`agent/${agent}/output?containerId=${containerId}`);
    expect(data.containerStatus).toBe("running");
    await client.get(`agent/${agent}/abort`);
    await ended(agent, containerId);
  });

  it("event-stream and raw are the console as it comes", async () => {
    const events = await streamed(await newAgent(client, report), "event-stream");
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    const id = /^: container (\d+) in queue\n\n/;
    const said = await events.text();
    expect(said).toMatch(id);
    const container = id.exec(said)?.[1];
    expect(said.replace(id, "")).toMatch(/^data: \* Container \w+ started in .*\ndata: \n\n/);
    expect(said.replace(id, "").replace(/^data: .*\ndata: \n\n/, "")).toBe(
      `data: One\ndata: \n\ndata: Two é\ndata: \n\n: container ${container} ended\n\n`,
    );
    const raw = await streamed(await newAgent(client, report), "raw");
    expect(raw.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(ownWords(await raw.text())).toBe("One\nTwo é\n");
  });

  it("of an agent that is not there is an error before anything is sent", async () => {
    for (const kind of ["raw", "event-stream", "result-object"]) {
      expect(await client.get(`agent/999999999/launch?output=${kind}`)).toMatchObject({
        code: 404,
        status: "error",
      });
    }
  });
});

describe("abort", () => {
  it("ends all that run and all that wait", async () => {
    const agent = await newAgent(client, stage(untilStopped));
    const ids: number[] = [];
    for (let times = 0; times < 3; times += 1) {
      ids.push((await client.get<Launched>(`agent/${agent}/launch`)).data.containerId);
    }
    const [first = 0] = ids;
    await start(client);
    await eventually(async () =>
      (await queued(client, first)).status === "running" ? true : null,
    );
    expect(await client.post(`agent/${agent}/abort.json`)).toEqual({
      code: 200,
      status: "success",
      data: null,
    });
    for (const id of ids) await ended(agent, id);
    for (const path of ["containers.json", "containers"]) {
      const { data } = await client.get<Json[]>(`agent/${agent}/${path}`);
      expect(data.map(({ id, lastEndMessage }) => [id, lastEndMessage])).toEqual(
        ids.toReversed().map((id) => [id, "Agent aborted"]),
      );
    }
  });

  it("with softAbort lets the script end by itself", async () => {
    const text = stage(async (world) => {
      world.print("at work\n");
      while (!world.softAborted()) await world.sleep(10);
      world.print("tidied up\n");
    });
    const agent = await newAgent(client, text);
    const { data } = await client.get<Launched>(`agent/${agent}/launch`);
    await start(client);
    await eventually(async () => {
      const now = await client.get<Output>(`agent/${agent}/output`);
      return now.data.output.endsWith("at work\n") ? true : null;
    });
    await client.form(`agent/${agent}/abort`, { softAbort: "true" });
    const { output } = await ended(agent, data.containerId);
    expect(ownWords(output)).toBe("at work\ntidied up\n");
  });
});
