import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/agents.ts";
import { expectLikeGolden } from "../../support/golden.ts";
import { stage, untilStopped, useStage } from "../../support/sandbox.ts";
import { type Client, type Json, newAgent, newClient, type Output, ownWords } from "./support.ts";

/** How agents are launched and what that answers, through all generations: wire/notes.md. */

useStage();

let client: Client;
beforeAll(async () => {
  client = await newClient();
});

/** Prints what it was launched with. */
const echo = stage(async (world, { command, argument }) => world.print(`${command} ${argument}`));

/** Result, console and exit code. */
const report = stage(async (world) => {
  world.print("One\nTwo");
  await world.services.setResult('{"rows":[1,2]}');
  world.print(" é\n");
});

async function ended(agent: number, containerId: number): Promise<Output> {
  return eventually(async () => {
    const path = `agent/${agent}/output?containerId=${containerId}`;
    const { data } = await client.get<Output>(path);
    return data.containerStatus === "not running" ? data : null;
  });
}

type Launched = { containerId: number };

describe("launch options", () => {
  const launched = async (
    agent: number,
    how: Promise<{ code: number; data: Launched }>,
  ): Promise<string> => {
    const { code, data } = await how;
    expect(code).toBe(200);
    return ownWords((await ended(agent, data.containerId)).output);
  };

  it("come in the query, as JSON or as a form; the body's count", async () => {
    const agent = await newAgent(client, echo);
    const path = `agent/${agent}/launch`;
    const argument = '{"a":"é & +"}';
    const query = `argument=${encodeURIComponent(argument)}&command=phantomjs`;
    const said = await Promise.all([
      launched(agent, client.get<Launched>(`${path}?${query}`)),
      launched(agent, client.post<Launched>(`${path}?${query}`)),
      launched(agent, client.post<Launched>(path, { argument, command: "phantomjs" })),
      launched(
        agent,
        client.post<Launched>(path, { argument: { a: "é & +" }, command: "phantomjs" }),
      ),
      launched(agent, client.form<Launched>(path, { argument, command: "phantomjs" })),
      launched(
        agent,
        client.post<Launched>(`${path}?argument=1`, { argument, command: "phantomjs" }),
      ),
    ]);
    for (const line of said) expect(line).toBe(`phantomjs ${argument}`);
  });

  it("together put the saved ones aside, and are saved when that is asked for", async () => {
    const agent = await newAgent(client, echo, { command: "phantomjs", argument: '{"saved":1}' });
    const path = `agent/${agent}/launch`;
    const once = async (query: string) => launched(agent, client.get<Launched>(`${path}?${query}`));
    expect(await once("")).toBe('phantomjs {"saved":1}');
    expect(await once("command=casperjs")).toBe("casperjs {}");
    expect(await once("argument=[2]")).toBe("casperjs [2]");
    expect(await once("command=&argument=&saveLaunchOptions=1")).toBe('phantomjs {"saved":1}');
    expect(await once("command=phantomjs&argument=[3]&saveLaunchOptions=")).toBe("phantomjs [3]");
    expect(await once("")).toBe('phantomjs {"saved":1}');
    expect(await once("command=casperjs&argument=[4]&saveLaunchOptions=1")).toBe("casperjs [4]");
    expect(await once("")).toBe("casperjs [4]");
  });

  it("that are unknown are passed over", async () => {
    const agent = await newAgent(client, echo);
    const answer = await client.post(`agent/${agent}/launch`, { saveArgument: "false", x: {} });
    expectLikeGolden(
      { status: answer.status, data: answer.data },
      "phantombuster/launch-container",
    );
  });

  it("are refused when they are wrong, and launch nothing", async () => {
    const agent = await newAgent(client, echo);
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
  const streamed = (agent: number, output: string) =>
    client.send(`agent/${agent}/launch?output=${output}`, { method: "POST", body: "{}" });

  it("result-object waits for the end", async () => {
    const response = await streamed(await newAgent(client, report), "result-object");
    expect(response.status).toBe(200);
    const body = await response.json<{ data: Json }>();
    expectLikeGolden(body, "phantombuster/launch-result-object");
    expect(body).toMatchObject({
      message: "Agent finished (success)",
      data: { exitCode: 0, resultObject: { rows: [1, 2] } },
    });
  });

  it("result-object-with-output has the console, on the document's path too", async () => {
    const agent = await newAgent(client, report);
    const response = await client.send(
      `agent/${agent}/launch.json?output=result-object-with-output`,
    );
    const { data } = await response.json<{ data: Output }>();
    expect(ownWords(data.output)).toBe("One\nTwo é\n");
  });

  it("result-object of a run that fails is a 200 that says so", async () => {
    const text = stage(async () => ({ type: "exited", code: 3 }));
    const response = await streamed(await newAgent(client, text), "result-object");
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
    const ids = [];
    for (let launch = 0; launch < 3; launch += 1) {
      ids.push((await client.get<Launched>(`agent/${agent}/launch`)).data.containerId);
    }
    expect(await client.post(`agent/${agent}/abort.json`)).toEqual({
      code: 200,
      status: "success",
      data: null,
    });
    for (const id of ids) await ended(agent, id);
    const { data } = await client.get<Json[]>(`agent/${agent}/containers.json`);
    expect(data.map(({ id, lastEndMessage }) => [id, lastEndMessage])).toEqual(
      ids.toReversed().map((id) => [id, "Agent aborted"]),
    );
  });

  it("with softAbort lets the script end by itself", async () => {
    const text = stage(async (world) => {
      world.print("at work\n");
      while (!world.softAborted()) await world.sleep(10);
      world.print("tidied up\n");
    });
    for (const soft of ["GET", "POST"]) {
      const agent = await newAgent(client, text);
      const { data } = await client.get<Launched>(`agent/${agent}/launch`);
      await eventually(async () => {
        const now = await client.get<Output>(`agent/${agent}/output`);
        return now.data.output.endsWith("at work\n") ? true : null;
      });
      if (soft === "GET") await client.get(`agent/${agent}/abort?softAbort=1`);
      else await client.form(`agent/${agent}/abort`, { softAbort: "true" });
      const { output } = await ended(agent, data.containerId);
      expect(ownWords(output)).toBe("at work\ntidied up\n");
    }
  });
});

describe("records", () => {
  it("containers.json has what ended, newest first", async () => {
    let code = 0;
    const agent = await newAgent(
      client,
      stage(async () => ({ type: "exited", code: code++ })),
    );
    for (let launch = 0; launch < 2; launch += 1) {
      const { data } = await client.get<Launched>(`agent/${agent}/launch`);
      await ended(agent, data.containerId);
    }
    for (const path of ["containers.json", "containers"]) {
      const response = await client.send(`agent/${agent}/${path}`);
      const body = await response.json<{ data: [Json, Json] }>();
      const [newest, oldest] = body.data;
      expectLikeGolden({ ...body, data: [newest] }, "phantombuster/containers");
      expect(newest).toMatchObject({
        launchNumber: 2,
        launchType: "manual",
        exitCode: 1,
        lastEndMessage: "Agent finished with exit code 1",
        lastEndStatus: "error",
      });
      expect(oldest).toMatchObject({ launchNumber: 1, exitCode: 0, lastEndStatus: "success" });
    }
  });

  it("agent/{id} has the agent, and its script when asked for", async () => {
    const agent = await newAgent(client, echo, { executionTimeLimit: 60, maxParallelExecs: 3 });
    for (const path of [`agent/${agent}`, `agent/${agent}.json`]) {
      const { code, data } = await client.get(path);
      expect(code).toBe(200);
      expect(data).toMatchObject({
        id: agent,
        launch: "manually",
        nbLaunches: 0,
        executionTimeLimit: 60,
        maxParallelExecs: 3,
        lastEndMessage: null,
        lastEndStatus: null,
      });
      expect(data).not.toHaveProperty("script");
    }
    const { data } = await client.get(`agent/${agent}.json?withScript=1`);
    expect(data).toMatchObject({ script: { id: data.scriptId, text: echo } });
  });

  it("user.json has the account, its agents, and what is left of its plan", async () => {
    const other = await newClient();
    const agent = await newAgent(other, report);
    await (await other.send(`agent/${agent}/launch?output=result-object`)).text();
    const response = await other.send("user.json");
    const body = await response.json<{ data: Json }>();
    expectLikeGolden(body, "phantombuster/user");
    const { email, plan, agents, ...left } = body.data as {
      email: string;
      plan: { executionTime: number; emails: number; size: number };
      agents: Json[];
    } & Record<"timeLeft" | "emailsLeft" | "storageLeft", number>;
    expect(email).toBe(other.account.email);
    expect(agents).toMatchObject([
      {
        id: agent,
        lastEndMessage: "Agent finished (success)",
        lastEndStatus: "success",
        running: false,
      },
    ]);
    expect(left.emailsLeft).toBe(plan.emails);
    expect(left.storageLeft).toBe(plan.size);
    expect(left.timeLeft).toBeLessThanOrEqual(plan.executionTime);
    expect(left.timeLeft).toBeGreaterThan(plan.executionTime - 60);
  });

  it("are 404 for another account", async () => {
    const agent = await newAgent(client, echo);
    const stranger = await newClient();
    const answers = await Promise.all([
      stranger.get(`agent/${agent}.json`),
      stranger.get(`agent/${agent}/containers.json`),
      stranger.get(`agent/${agent}/abort.json`),
      stranger.post(`agent/${agent}/launch`),
    ]);
    for (const answer of answers) {
      expect(answer).toEqual({ code: 404, status: "error", message: "Agent not found" });
    }
  });
});
