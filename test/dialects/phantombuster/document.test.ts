import { beforeAll, describe, expect, it } from "vitest";
import { ask } from "../../support/api.ts";
import { expectLikeGolden } from "../../support/golden.ts";
import { stage, untilStopped, useStage } from "../../support/sandbox.ts";
import { type Client, newAgent, newClient } from "./support.ts";

/** wire/phantombuster.rst, line by line. What a run says is in `runs.test.ts`. */

useStage();

let client: Client;
let stranger: Client;
let agent: number;
beforeAll(async () => {
  [client, stranger] = [await newClient(), await newClient()];
  agent = await newAgent(client, stage(untilStopped));
});

describe("the key", () => {
  it("comes in either header, or as a parameter", async () => {
    const { key } = client.account;
    const path = `/api/v1/agent/${agent}/output.json`;
    const answers = await Promise.all([
      ask(path, { headers: { "X-Phantombuster-Key-1": key } }),
      ask(path, { headers: { "x-phantombuster-key": key } }),
      ask(`${path}?key=${key}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("that is missing or wrong is 401", async () => {
    const path = `/api/v1/agent/${agent}/launch.json`;
    const answers = [
      await ask(path),
      await ask(path, { headers: { "X-Phantombuster-Key-1": "wrong" } }),
      await ask(`${path}?key=wrong`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expectLikeGolden(await answer.json(), "phantombuster/error");
    }
  });
});

describe("agent/{id}/launch.json", () => {
  it("answers with null and nothing else", async () => {
    const response = await client.send(`agent/${agent}/launch.json`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"status":"success","data":null}');
    // Without the suffix, or with `output`: wire/notes.md.
    for (const path of [`agent/${agent}/launch`, `agent/${agent}/launch.json?output=json`]) {
      expectLikeGolden(await (await client.send(path)).json(), "phantombuster/launch-container");
    }
  });

  it("is 404 for an agent that is not there, for no number, and for another account's", async () => {
    const answers = [
      await client.get("agent/999999999/launch.json"),
      await client.get("agent/abc/launch.json"),
      await client.get(`agent/${agent}.5/launch.json`),
      await client.get(`agent/-${agent}/launch.json`),
      await client.get(`agent/${agent}.json/launch.json`),
      await stranger.get(`agent/${agent}/launch.json`),
      await stranger.post(`agent/${agent}/launch`),
      await stranger.get(`agent/${agent}.json`),
      await stranger.get(`agent/${agent}/containers.json`),
      await stranger.get(`agent/${agent}/abort.json`),
    ];
    for (const answer of answers) {
      expect(answer).toEqual({ code: 404, status: "error", message: "Agent not found" });
    }
  });

  it("is 400 for an argument that is no JSON, and for a command that is not run here", async () => {
    expect(await client.get(`agent/${agent}/launch.json?argument={not`)).toEqual({
      code: 400,
      status: "error",
      message: "argument: must be JSON",
    });
    const answer = await client.get(`agent/${agent}/launch.json?command=node`);
    expect(answer).toMatchObject({ code: 400, status: "error" });
    expect(answer.message).toMatch(/^command: /);
  });
});

describe("agent/{id}/output.json", () => {
  it("is 404 and 400 likewise", async () => {
    const codes = await Promise.all([
      client.get("agent/abc/output.json"),
      client.get("agent/999999999/output.json"),
      stranger.get(`agent/${agent}/output.json`),
      client.get(`agent/${agent}/output.json?fromOutputPos=x`),
      client.get(`agent/${agent}/output.json?fromMessageId=1.5`),
      client.get(`agent/${agent}/output.json?launchNumber=one`),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([404, 404, 404, 400, 400, 400]);
    for (const { status } of codes) expect(status).toBe("error");
  });

  it("takes empty parameters for none", async () => {
    const empty = "fromMessageId=&fromOutputPos=&launchNumber=&containerId=&mode=";
    expect(await client.get(`agent/${agent}/output.json?${empty}`)).toMatchObject({ code: 200 });
  });
});

describe("a read-only key", () => {
  it("sees an agent's output, and neither launches nor aborts, by whatever method", async () => {
    const reader = await client.readOnly();
    expect(await reader.get(`agent/${agent}/output.json`)).toMatchObject({ code: 200 });
    const acts = [
      await reader.get(`agent/${agent}/launch.json`),
      await reader.post(`agent/${agent}/launch`),
      await reader.get(`agent/${agent}/launch?output=raw`),
      await reader.get(`agent/${agent}/abort.json`),
      await reader.post(`agent/${agent}/abort`),
    ];
    for (const answer of acts) expect(answer).toMatchObject({ code: 403, status: "error" });
  });
});

describe("HEAD", () => {
  it("launches nothing and aborts nothing", async () => {
    for (const path of [`agent/${agent}/launch.json`, `agent/${agent}/abort`]) {
      const response = await client.send(path, { method: "HEAD" });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST"]);
    }
  });
});
