import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/agents.ts";
import { expectLikeGolden } from "../../support/golden.ts";
import { stage, useStage } from "../../support/sandbox.ts";
import { type Client, type Json, newAgent, newClient, queued, start } from "./support.ts";

/** What the account has, as later generations show it: wire/notes.md, "Phantombuster v1". */

useStage();

interface Launched {
  containerId: number;
}

let client: Client;
beforeAll(async () => {
  client = await newClient();
});

/** A script's id. */
async function uploaded(name: string, text = "console.log(1)"): Promise<number> {
  const { data } = await client.post<number>(`script/${encodeURIComponent(name)}`, { text });
  return data;
}

describe("POST script/{name}", () => {
  it("answers with the id of a new script, and with null for another text of an old one", async () => {
    const first = await client.post<number>("script/new.js", { text: "a", source: "sdk" });
    expect(first).toEqual({ code: 200, status: "success", data: expect.any(Number) });
    const second = await client.post<null>("script/new.js", { text: "b", source: "web" });
    expect(second).toEqual({ code: 200, status: "success", data: null });
    expect((await client.get(`script/by-id/json/${first.data}`)).data).toMatchObject({
      text: "b",
      source: "web",
    });
  });

  it("takes a form, whatever it is made of", async () => {
    const text = "// é€😀 & = + %20\n";
    const { data } = await client.form<number>("script/a%20form.js", { text, source: "sdk" });
    expect(data).toEqual(expect.any(Number));
    const raw = await client.send("script/by-name/raw/a%20form.js");
    expect(raw.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await raw.text()).toBe(text);
  });

  it("with insertOnly replaces nothing", async () => {
    await uploaded("once.js", "kept");
    const again = await client.post("script/once.js", { text: "lost", insertOnly: "1" });
    expect(again).toMatchObject({ code: 409, status: "error" });
    const empty = await client.form("script/once.js", { text: "written", insertOnly: "" });
    expect(empty).toMatchObject({ code: 200, data: null });
  });

  it("takes what its form makes of the longest script, and no longer one", async () => {
    const text = "é".repeat(512 * 1024);
    expect((await client.form("script/long.js", { text })).code).toBe(200);
    const longer = await client.post("script/long.js", { text: `${text}é` });
    expect(longer).toMatchObject({ code: 400, status: "error" });
    expect(longer.message).toMatch(/^text: /);
  });

  it("says what is wrong", async () => {
    const answers = [
      await client.post("script/bad.js", {}),
      await client.post("script/bad.js", { text: 5 }),
      await client.post("script/bad.js", { text: "a", source: "the internet, all of it" }),
      await client.post("script/%20.js%20", { text: "a" }),
    ];
    expect(answers.map(({ code, message }) => [code, message?.split(":")[0]])).toEqual([
      [400, "text"],
      [400, "text"],
      [400, "source"],
      [400, "name"],
    ]);
  });
});

describe("GET script", () => {
  it("by id and by name, as JSON and raw", async () => {
    const id = await uploaded("read me.js");
    const path = `script/by-id/json/${id}`;
    expect((await client.get(path)).data).toMatchObject({ id, name: "read me.js", source: null });
    await client.post("script/read%20me.js", { text: "console.log(1)", source: "sdk" });
    expectLikeGolden(await (await client.send(path)).json(), "phantombuster/script");
    const others = [
      "script/by-name/json/read%20me.js",
      `script/${id}.json`,
      `${path}?withoutText=`,
    ];
    for (const other of others) {
      expect((await client.get(other)).data).toMatchObject({ id, text: "console.log(1)" });
    }
    for (const raw of [`script/by-id/raw/${id}`, `script/${id}.txt`]) {
      expect(await (await client.send(raw)).text()).toBe("console.log(1)");
    }
  });

  it("withoutText leaves the text out", async () => {
    const id = await uploaded("lean.js");
    for (const path of [`script/by-id/json/${id}`, "script/by-name/json/lean.js"]) {
      const { data } = await client.get(`${path}?withoutText=1`);
      expect(data).toMatchObject({ id, name: "lean.js" });
      expect(data).not.toHaveProperty("text");
    }
  });

  it("is 404 for what is not there, no number, or another account's", async () => {
    const id = await uploaded("mine.js");
    const stranger = await newClient();
    const paths = [
      `script/by-id/json/${id}`,
      `script/by-id/raw/${id}`,
      `script/${id}.json`,
      `script/${id}.txt`,
      "script/by-name/json/mine.js",
      "script/by-name/raw/mine.js",
      "store-info/by-name/mine.js",
      "script/by-id/json/abc",
      "script/mine.js",
      "script/by-name/xml/mine.js",
    ];
    for (const path of paths) {
      expect({ path, ...(await stranger.get(path)) }).toMatchObject({
        path,
        code: 404,
        status: "error",
      });
    }
    expect(await stranger.remove(`script/${id}.json`)).toMatchObject({ code: 404 });
    expect(await stranger.remove("script/mine.js")).toMatchObject({ code: 404 });
  });

  it("scripts.json has them all, without their texts", async () => {
    for (const name of ["a.js", "b.js"]) await uploaded(name);
    for (const path of ["scripts.json", "scripts"]) {
      const { data } = await client.get<Json[]>(path);
      // Newest first.
      expect(data.slice(0, 2).map(({ name }) => name)).toEqual(["b.js", "a.js"]);
      expect(Object.keys(data[0] ?? {}).toSorted()).toEqual([
        "httpHeaders",
        "id",
        "lastSaveDate",
        "name",
        "source",
        "url",
      ]);
    }
  });
});

describe("DELETE script", () => {
  it("goes by id or by name", async () => {
    const id = await uploaded("gone.js");
    expect(await client.remove(`script/${id}.json`)).toEqual({
      code: 200,
      status: "success",
      data: null,
    });
    expect(await client.get(`script/by-id/json/${id}`)).toMatchObject({ code: 404 });
    await uploaded("gone too.js");
    expect(await client.remove("script/gone%20too.js")).toMatchObject({ code: 200 });
    expect(await client.remove("script/gone%20too.js")).toMatchObject({ code: 404 });
  });
});

describe("store-info/by-name/{name}", () => {
  it("keeps what the SDK sends of the files beside a script", async () => {
    await uploaded("shown.js");
    const info = { infoString: '{"title":"é"}', markdown: "# é" };
    expect(await client.form("store-info/by-name/shown.js", info)).toMatchObject({ data: null });
    expect(await client.get("store-info/by-name/shown.js")).toMatchObject({ data: info });
    expect(await client.post("store-info/by-name/unknown.js", info)).toMatchObject({ code: 404 });
  });
});

describe("a read-only key", () => {
  it("reads, and is refused by what writes", async () => {
    await uploaded("locked.js");
    const reader = await client.readOnly();
    expect(await reader.get("script/by-name/json/locked.js")).toMatchObject({ code: 200 });
    const refused = [
      await reader.post("script/locked.js", { text: "x" }),
      await reader.remove("script/locked.js"),
      await reader.post("store-info/by-name/locked.js", {}),
    ];
    for (const answer of refused) expect(answer).toMatchObject({ code: 403, status: "error" });
  });
});

describe("agent/{id}/containers", () => {
  it("has what ended", async () => {
    const agent = await newAgent(
      client,
      stage(async () => ({ type: "exited", code: 7 })),
    );
    const { data } = await client.get<Launched>(`agent/${agent}/launch`);
    await start(client);
    await eventually(async () => (await queued(client, data.containerId)).endStatus);
    const response = await client.send(`agent/${agent}/containers.json`);
    const body = await response.json<{ data: Json[] }>();
    expectLikeGolden(body, "phantombuster/containers");
    expect(body.data).toMatchObject([
      {
        id: data.containerId,
        launchNumber: 1,
        launchType: "manual",
        exitCode: 7,
        lastEndMessage: "Agent finished with exit code 7",
        lastEndStatus: "error",
      },
    ]);
  });
});

describe("agent/{id}", () => {
  it("has the agent, and its script when asked for", async () => {
    const text = "console.log(1)";
    const agent = await newAgent(client, text, { executionTimeLimit: 60, maxParallelExecs: 3 });
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
    expect(data).toMatchObject({ script: { id: data.scriptId, text } });
  });
});

describe("user.json", () => {
  it("has the account, its agents, and what is left of its plan", async () => {
    const other = await newClient();
    const agent = await newAgent(other, "", { script: null });
    const { data } = await other.get<Launched>(`agent/${agent}/launch`);
    await start(other);
    await eventually(async () => (await queued(other, data.containerId)).endStatus);
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
        scriptId: 0,
        lastEndMessage: "Agent has no associated script",
        lastEndStatus: "launch failed",
        running: false,
      },
    ]);
    expect(left.emailsLeft).toBe(plan.emails);
    expect(left.storageLeft).toBe(plan.size);
    expect(left.timeLeft).toBeLessThanOrEqual(plan.executionTime);
    expect(left.timeLeft).toBeGreaterThan(plan.executionTime - 60);
  });
});
