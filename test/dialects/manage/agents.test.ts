import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Account, ask, call, listen, newAccount } from "../../support/api.ts";
import { ctxOf, ended, nothingRuns } from "../../support/agents.ts";
import { stage, untilStopped, useStage } from "../../support/sandbox.ts";

type Json = Record<string, unknown>;

useStage();

let account: Account;
let stranger: Account;
beforeAll(async () => {
  [account, stranger] = [await newAccount(), await newAccount()];
});
afterAll(nothingRuns);

async function made(path: string, body: Json): Promise<Json & { id: number }> {
  const answer = await call<Record<string, Json & { id: number }>>(
    account.key,
    "POST",
    `/manage/${path}`,
    body,
  );
  expect(answer).toMatchObject({ status: 201 });
  return one(answer.body);
}

function one(body: Record<string, Json & { id: number }>): Json & { id: number } {
  const [only] = Object.values(body);
  if (!only) throw new Error("Nothing was made");
  return only;
}

async function fieldsOf(method: string, path: string, body: Json): Promise<string[]> {
  const answer = await call<{ error: { fields?: object } }>(account.key, method, path, body);
  expect(answer).toMatchObject({ status: 400 });
  return Object.keys(answer.body.error.fields ?? {});
}

describe("/manage/scripts", () => {
  it("makes, shows, changes, lists and deletes scripts", async () => {
    const script = await made("scripts", { name: "first.js", text: "1 + 1; // é" });
    expect(script).toEqual({
      id: expect.any(Number),
      name: "first.js",
      text: "1 + 1; // é",
      size: 12,
      source: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const path = `/manage/scripts/${script.id}`;
    expect((await call(account.key, "GET", path)).body).toEqual({ script });
    const changed = await call<{ script: Json }>(account.key, "PATCH", path, { text: "2" });
    expect(changed.body.script).toMatchObject({ name: "first.js", text: "2", size: 1 });
    const list = await call<{ scripts: Json[] }>(account.key, "GET", "/manage/scripts?limit=1");
    expect(list.body).toMatchObject({ scripts: [{ id: script.id }], total: 1, limit: 1 });
    expect(list.body.scripts[0]).not.toHaveProperty("text");
    expect((await call(stranger.key, "GET", path)).status).toBe(404);
    expect((await call(stranger.key, "DELETE", path)).status).toBe(404);
    expect((await call(account.key, "DELETE", path)).body).toEqual({ status: "deleted" });
    expect((await call(account.key, "GET", path)).status).toBe(404);
  });

  it("names what is wrong with one, and refuses a name that is taken", async () => {
    expect(await fieldsOf("POST", "/manage/scripts", { name: "a/b", text: "" })).toEqual(["name"]);
    const large = { name: "large", text: "é".repeat(524_289) };
    expect(await fieldsOf("POST", "/manage/scripts", large)).toEqual(["text"]);
    expect(await fieldsOf("POST", "/manage/scripts", { name: "x", text: "", more: 1 })).toEqual([
      "more",
    ]);
    await made("scripts", { name: "taken", text: "" });
    const again = await call(account.key, "POST", "/manage/scripts", { name: "taken", text: "" });
    expect(again.status).toBe(409);
  });
});

describe("/manage/agents", () => {
  it("makes an agent with defaults, and one with everything", async () => {
    await made("scripts", { name: "whole.js", text: "1" });
    const plain = await made("agents", { name: "Plain" });
    expect(plain).toMatchObject({
      script: null,
      command: null,
      argument: {},
      schedule: null,
      executionTimeLimit: 300,
      maxParallelExecs: 1,
      retries: 0,
      notify: "never",
      next_launch_at: null,
      launch_number: 0,
    });
    const whole = await made("agents", {
      name: "Whole",
      script: "whole.js",
      command: "phantomjs",
      argument: { deep: [1] },
      schedule: { cron: "*/5 * * * *", tz: "Europe/Paris" },
      executionTimeLimit: 840,
      maxParallelExecs: 3,
      retries: 2,
      notify: "error",
    });
    expect(whole).toMatchObject({
      script: "whole.js",
      command: "phantomjs",
      argument: { deep: [1] },
      schedule: { cron: "*/5 * * * *", tz: "Europe/Paris" },
      next_launch_at: expect.stringMatching(/:[0-5][05]:00\.000Z$/),
    });
    const path = `/manage/agents/${whole.id}`;
    const changed = await call<{ agent: Json }>(account.key, "PATCH", path, { schedule: null });
    expect(changed.body.agent).toMatchObject({ schedule: null, next_launch_at: null, retries: 2 });
    const list = await call<{ agents: Json[]; total: number }>(
      account.key,
      "GET",
      "/manage/agents",
    );
    expect(list.body.agents.map(({ id }) => id)).toEqual([whole.id, plain.id]);
    expect((await call(stranger.key, "PATCH", path, { name: "Mine" })).status).toBe(404);
    expect((await call(account.key, "DELETE", path)).status).toBe(200);
    expect((await call(account.key, "GET", path)).status).toBe(404);
  });

  it.each([
    ["name", { name: "" }],
    ["script", { script: "nobody's" }],
    ["command", { command: "nodejs" }],
    ["argument", { argument: "{not json" }],
    ["schedule.cron", { schedule: { cron: "61 * * * *" } }],
    ["schedule.cron", { schedule: { cron: "0 0 30 2 *" } }],
    ["schedule.cron", { schedule: { cron: "* * * * * *" } }],
    ["schedule.tz", { schedule: { cron: "* * * * *", tz: "Moon/Sea" } }],
    ["executionTimeLimit", { executionTimeLimit: 0 }],
    ["executionTimeLimit", { executionTimeLimit: 841 }],
    ["maxParallelExecs", { maxParallelExecs: 1.5 }],
    ["retries", { retries: 11 }],
    ["notify", { notify: "sometimes" }],
    ["color", { color: "red" }],
  ])("refuses a bad %s", async (field, wish) => {
    const fields = await fieldsOf("POST", "/manage/agents", { name: "A", ...wish });
    expect(fields).toEqual([field]);
  });
});

describe("launches", () => {
  it("are queued, run, listed and shown with their result and files", async () => {
    const text = stage(async ({ services }, { argument }) => {
      await services.setResult(argument);
      const bytes = new TextEncoder().encode("a,b\n");
      return { end: { type: "exited", code: 0 }, files: [{ path: "out/table.csv", bytes }] };
    });
    await made("scripts", { name: "files.js", text });
    const agent = await made("agents", { name: "Files", script: "files.js" });
    const path = `/manage/agents/${agent.id}/launches`;
    const launch = one(
      (
        await call<Record<string, Json & { id: number }>>(account.key, "POST", path, {
          argument: { wish: "é" },
        })
      ).body,
    );
    expect(launch).toMatchObject({ status: "queued", launch_number: 1, type: "manual", files: [] });
    await ended(await ctxOf(account.key), launch.id);
    const shown = await call<{ launch: Json & { files: { url: string }[] } }>(
      account.key,
      "GET",
      `/manage/launches/${launch.id}`,
    );
    expect(shown.body.launch).toMatchObject({
      agent_id: agent.id,
      status: "ended",
      exit_code: 0,
      last_end_status: "success",
      last_end_message: "Agent finished (success)",
      result_object: { wish: "é" },
      files: [{ name: "out/table.csv", size: 4 }],
    });
    const [file] = shown.body.launch.files;
    const headers = { authorization: `Bearer ${account.key}` };
    const got = await ask(new URL(file?.url ?? "").pathname, { headers });
    expect([got.status, got.headers.get("content-disposition"), await got.text()]).toEqual([
      200,
      expect.stringMatching(/^attachment/),
      "a,b\n",
    ]);
    const list = await call<{ launches: Json[] }>(account.key, "GET", path);
    expect(list.body).toMatchObject({ launches: [{ id: launch.id }], total: 1 });
    for (const foreign of [`/manage/launches/${launch.id}`, path]) {
      expect((await call(stranger.key, "GET", foreign)).status).toBe(404);
    }
    expect((await call(stranger.key, "POST", path, {})).status).toBe(404);
  });

  it("are watched live, and aborted", async () => {
    const text = stage(async (world) => {
      world.print("one é\n");
      return untilStopped(world);
    });
    await made("scripts", { name: "endless.js", text });
    const agent = await made("agents", { name: "Endless", script: "endless.js" });
    const headers = { authorization: `Bearer ${account.key}` };
    const live = `/manage/agents/${agent.id}/live`;
    const socket = await listen(live, headers);
    const path = `/manage/agents/${agent.id}/launches`;
    const launch = one(
      (await call<Record<string, Json & { id: number }>>(account.key, "POST", path)).body,
    );
    const printed = await socket.hears(({ text: said }) => String(said).includes("one é"));
    expect(printed).toMatchObject({ type: "console", launch_id: launch.id, launch_number: 1 });
    expect(socket.heard[0]).toMatchObject({
      type: "message",
      kind: "normal",
      text: "Agent started",
      launch_id: launch.id,
    });
    // Another one comes late, and goes on from the last bytes that it knows of.
    const to = Number(printed.to);
    const late = await listen(`${live}?since=${to - 3}`, headers);
    expect(await late.hears(({ type }) => type === "console")).toMatchObject({
      from: to - 3,
      to,
      text: "é\n",
    });
    const abort = `/manage/launches/${launch.id}/abort`;
    expect((await call(stranger.key, "POST", abort, {})).status).toBe(404);
    expect((await call(account.key, "POST", abort)).status).toBe(200);
    for (const watcher of [socket, late]) {
      await watcher.hears(({ text: said }) => said === "Agent aborted");
      watcher.close();
    }
    expect(await ended(await ctxOf(account.key), launch.id)).toMatchObject({
      endStatus: "error",
      endMessage: "Agent aborted",
      exitCode: null,
    });
    expect((await ask(live, { headers })).status).toBe(400);
    await expect(listen(live, { authorization: `Bearer ${stranger.key}` })).rejects.toThrow(/404/);
  });

  it("cannot be made or changed with a read-only key", async () => {
    const { body } = await call<{ api_key: string }>(account.key, "POST", "/manage/keys", {
      scope: "read",
    });
    const agent = await made("agents", { name: "Read" });
    for (const [method, path, sent] of [
      ["POST", "/manage/scripts", { name: "r", text: "" }],
      ["POST", "/manage/agents", { name: "r" }],
      ["PATCH", `/manage/agents/${agent.id}`, { name: "r" }],
      ["DELETE", `/manage/agents/${agent.id}`, undefined],
      ["POST", `/manage/agents/${agent.id}/launches`, {}],
      ["POST", "/manage/launches/1/abort", {}],
    ] as const) {
      expect((await call(body.api_key, method, path, sent)).status).toBe(403);
    }
    expect((await call(body.api_key, "GET", `/manage/agents/${agent.id}`)).status).toBe(200);
  });
});
