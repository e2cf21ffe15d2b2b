import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  abortAgent,
  abortLaunch,
  createScript,
  followLaunch,
  getAgent,
  getLaunch,
  getUserUsage,
  launchAgent,
  listLaunches,
  startNextLaunch,
  updateAgent,
} from "../../../src/domain/agent/index.ts";
import { beginLaunch, takeOn } from "../../../src/domain/agent/claim.ts";
import { ask, call } from "../../support/api.ts";
import {
  ended,
  eventually,
  launched,
  newAgent,
  newOwner,
  nothingRuns,
  outputOf,
  type Owner,
  running,
} from "../../support/agents.ts";
import { newLine } from "../../support/line.ts";
import { stage, untilStopped, useStage } from "../../support/sandbox.ts";

useStage();

let owner: Owner;
beforeAll(async () => {
  owner = await newOwner();
});
afterAll(nothingRuns);

describe("a launch", () => {
  it("runs its script and tells how it went", async () => {
    const { ctx } = owner;
    const text = stage(async ({ print, services }) => {
      print("Hello\n");
      print("wörld\n");
      await services.setProgress({ ratio: 0.5, label: "half" });
      await services.setResult('{"found":1}');
      return { type: "exited", code: 0 };
    });
    const agentId = await newAgent(ctx, text);
    const launch = await launched(ctx, agentId);
    expect(launch).toMatchObject({
      launchNumber: 1,
      status: "ended",
      exitCode: 0,
      endStatus: "success",
      endMessage: "Agent finished (success)",
      resultObject: '{"found":1}',
    });
    const output = await outputOf(ctx, agentId);
    expect(output.console.text).toMatch(
      /^\* Container [0-9a-f]{12} started in directory \/home\/phantom\/agent\nHello\nwörld\n$/,
    );
    expect(output).toMatchObject({
      status: "idle",
      launch: { launchNumber: 1, status: "ended" },
      progress: { ratio: 0.5, label: "half" },
      messages: [
        {
          id: 1,
          type: "normal",
          text: "Agent started",
          context: ["Launch type: manual", "Execution time limit: 300s"],
        },
        { id: 2, type: "normal", text: "Agent finished (success)" },
      ],
    });
    expect(await getAgent(ctx, agentId)).toMatchObject({
      lastEndStatus: "success",
      lastEndMessage: "Agent finished (success)",
      running: 0,
      queued: 0,
    });
  });

  it("has services in its own account, and a key that ends with it", async () => {
    const { ctx, account } = owner;
    const other = await newOwner();
    await createScript(other.ctx, { name: "theirs", text: "secret" });
    await createScript(ctx, { name: "lib-own.js", text: "own" });
    let key = "";
    let url = "";
    const text = stage(async ({ services, tell }, request) => {
      key = request.apiKey;
      expect(await services.script("theirs")).toBeNull();
      expect(await services.script("lib-own")).toBe("own");
      expect(await services.readObject("agent")).toBe("{}");
      await services.writeObject("agent", '{"n":1}');
      await services.writeObject("account", '{"n":2}');
      expect([await services.readObject("agent"), await services.readObject("account")]).toEqual([
        '{"n":1}',
        '{"n":2}',
      ]);
      await expect(services.writeObject("agent", "[1]")).rejects.toThrow(/object/);
      const large = JSON.stringify({ x: "x".repeat(1024 * 1024) });
      await expect(services.setResult(large)).rejects.toThrow(/bytes/);
      const bytes = new TextEncoder().encode("<b>hi</b>");
      ({ url } = await services.save({ path: "pages/a b.html", bytes, contentType: "text/html" }));
      await expect(
        services.save({ path: "launches/1/x", bytes, contentType: "text/html" }),
      ).rejects.toThrow(/launches/);
      await expect(
        services.save({ path: "../up", bytes, contentType: "text/html" }),
      ).rejects.toThrow(/path/);
      await expect(services.setTimeLimit(841)).rejects.toThrow(/840/);
      tell({ type: "navigation", url: "http://a.example/" });
      const own = await call(key, "GET", "/manage/account");
      expect(own.body).toMatchObject({ account: { id: account.id } });
    });
    const agentId = await newAgent(ctx, text);
    const launch = await launched(ctx, agentId);
    expect(launch.endMessage).toBe("Agent finished (success)");
    const file = await ask(url.replace(/^https:\/\/[^/]+/, ""));
    expect([file.status, await file.text()]).toEqual([200, "<b>hi</b>"]);
    expect((await call(key, "GET", "/manage/account")).status).toBe(401);
    expect(await getUserUsage(ctx)).toMatchObject({
      email: account.email,
      storage: { limit: 10_000_000_000, left: 10_000_000_000 - 9 },
      running: 0,
    });
    const saved = `/manage/files/agents/${agentId}/pages/a%20b.html`;
    expect((await call(account.key, "DELETE", saved)).status).toBe(200);
    expect((await getAgent(ctx, agentId)).fileBytes).toBe(0);
    // It is a visit on the account's stream.
    const visit = await eventually(async () => {
      const { body } = await call<{ status?: string }>(
        account.key,
        "GET",
        `/api/sessions/launch_${launch.id}`,
        undefined,
        { "x-api-key": account.key },
      );
      return JSON.stringify(body).includes('"completed"') ? body : null;
    });
    expect(JSON.stringify(visit)).toContain("navigation");
  });

  it.each([
    ["an error", { type: "exited", code: 7 }, "error", "Agent finished with exit code 7", 7],
    [
      "the sandbox",
      { type: "failed", reason: "Too much" },
      "error",
      "Agent finished (error)",
      null,
    ],
  ] as const)("ends by %s", async (_name, end, endStatus, endMessage, exitCode) => {
    const { ctx } = owner;
    const agentId = await newAgent(
      ctx,
      stage(async () => end),
    );
    expect(await launched(ctx, agentId)).toMatchObject({ endStatus, endMessage, exitCode });
    const { console, messages } = await outputOf(ctx, agentId);
    expect(messages.at(-1)).toMatchObject({ type: "error", text: endMessage });
    if ("reason" in end) expect(console.text).toMatch(/\n\* Too much\n$/);
  });

  it("stops when its time is up, which its script may move", async () => {
    const { ctx } = owner;
    const asked: number[] = [];
    const text = stage(async (world) => {
      const start = Date.now();
      await world.services.setTimeLimit(1);
      const end = await untilStopped(world);
      asked.push(Date.now() - start);
      return end;
    });
    const agentId = await newAgent(ctx, text, { executionTimeLimit: 60 });
    expect(await launched(ctx, agentId)).toMatchObject({
      endStatus: "error",
      endMessage: "Execution time limit reached",
      exitCode: null,
    });
    expect(asked[0]).toBeGreaterThan(500);
    expect(asked[0]).toBeLessThan(5000);
  });

  it("is aborted, softly and at once", async () => {
    const { ctx } = owner;
    const text = stage(async ({ softAborted, sleep, print }) => {
      while (!softAborted()) await sleep(20);
      print("Bye\n");
      return { type: "exited", code: 0 };
    });
    const soft = await newAgent(ctx, text);
    const { launchId } = await launchAgent(ctx, { agentId: soft });
    await running(ctx, launchId);
    await abortLaunch(ctx, { launchId, soft: true });
    expect(await ended(ctx, launchId)).toMatchObject({ endMessage: "Agent finished (success)" });
    expect((await outputOf(ctx, soft)).console.text).toMatch(/\nBye\n$/);

    const hard = await newAgent(ctx, stage(untilStopped), { maxParallelExecs: 2 });
    const launches = [
      await launchAgent(ctx, { agentId: hard }),
      await launchAgent(ctx, { agentId: hard }),
      await launchAgent(ctx, { agentId: hard }),
    ];
    await running(ctx, launches[0]?.launchId ?? 0);
    await running(ctx, launches[1]?.launchId ?? 0);
    expect(await outputOf(ctx, hard)).toMatchObject({ status: "running", latestLaunchNumber: 3 });
    expect(await abortAgent(ctx, { agentId: hard })).toEqual({ aborted: 3 });
    for (const each of launches) {
      expect(await ended(ctx, each.launchId)).toMatchObject({ endMessage: "Agent aborted" });
    }
    expect((await outputOf(ctx, hard)).status).toBe("idle");
  });

  it("fails where it has nothing to run", async () => {
    const { ctx } = owner;
    const agentId = await newAgent(ctx, "1");
    await updateAgent(ctx, agentId, { script: null });
    const without = await launched(ctx, agentId);
    expect(without).toMatchObject({
      endStatus: "launch failed",
      endMessage: "Agent has no associated script",
      startedAt: null,
    });
    await createScript(ctx, { name: "library-x.js", text: "" });
    await updateAgent(ctx, agentId, { script: "library-x.js" });
    expect((await launched(ctx, agentId)).endMessage).toMatch(/library-x\.js is a library/);
    await createScript(ctx, { name: "node.js", text: "'x command: nodejs';" });
    await updateAgent(ctx, agentId, { script: "node.js" });
    expect((await launched(ctx, agentId)).endMessage).toMatch(/"nodejs" is not run here/);
    await createScript(ctx, { name: "needs.js", text: "'x dependencies: lib-own, lib-none.js'" });
    await updateAgent(ctx, agentId, { script: "needs.js" });
    expect((await launched(ctx, agentId)).endMessage).toMatch(/depends on lib-none\.js/);
    await expect(launchAgent(ctx, { agentId, command: "nodejs" })).rejects.toMatchObject({
      code: "BAD_REQUEST",
      details: { fields: { command: expect.stringContaining("nodejs") } },
    });
    const { messages } = await outputOf(ctx, agentId);
    expect(messages.map(({ type }) => type)).toEqual(["error", "error", "error", "error"]);
  });

  it("is run once, however often it is handed over, and not for a claim that is no longer good", async () => {
    const { ctx } = owner;
    let runs = 0;
    const text = stage(async (world) => {
      runs += 1;
      return untilStopped(world);
    });
    const agentId = await newAgent(ctx, text);
    const { launchId } = await launchAgent(ctx, { agentId });
    await running(ctx, launchId);
    const row = await env.DB.prepare("SELECT claim FROM launches WHERE id = ?")
      .bind(launchId)
      .first<{ claim: string }>();
    const object = env.LAUNCH.getByName(String(launchId));
    await object.start({ launchId, claim: row?.claim ?? "" });
    await object.start({ launchId, claim: "of somebody else" });
    await scheduler.wait(300);
    expect(runs).toBe(1);
    await abortLaunch(ctx, { launchId });
    await ended(ctx, launchId);
    await object.start({ launchId, claim: row?.claim ?? "" });
    await eventually(async () =>
      runInDurableObject(object, (_o, { storage }) => (storage.kv.get("order") ? null : true)),
    );
    expect(runs).toBe(1);
  });

  it("is lost when its object loses its memory, and tried again if its agent says so", async () => {
    const line = newLine();
    const ctx = line.apart(owner.ctx);
    const agentId = await newAgent(ctx, "1", { retries: 1 });
    const { launchId } = await launchAgent(ctx, { agentId });
    await startNextLaunch(line.system);
    const order = line.started[0];
    const taken = order && (await takeOn(line.system, order, 0));
    if (!taken) throw new Error("It was not taken on");
    const startedAt = Date.now();
    await beginLaunch(line.system, order, { startedAt, endsAt: startedAt + 300_000 });
    await ctx.ports.agents.begin(agentId, { ...taken.identity, context: [], at: startedAt });
    // What an object leaves that dies in mid-run: nothing but what is in its storage.
    const object = env.LAUNCH.getByName(String(launchId));
    await runInDurableObject(object, async (_object, { storage }) => {
      storage.kv.put("order", order);
      const phase = { name: "running", launch: taken.identity, keyId: null, browserId: "gone" };
      storage.kv.put("phase", phase);
      await storage.setAlarm(Date.now() + 600_000);
    });
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await getLaunch(ctx, launchId)).toMatchObject({
      status: "ended",
      endStatus: "error",
      endMessage: "Agent lost",
    });
    expect((await outputOf(ctx, agentId)).messages.map((message) => message.text)).toEqual([
      "Agent started",
      "Agent lost",
    ]);
    const { launches } = await listLaunches(ctx, { agentId, offset: 0, limit: 5 });
    expect(launches.map(({ type }) => type)).toEqual(["retry", "manual"]);
    expect(await ended(ctx, launches[0]?.id ?? 0)).toMatchObject({
      retryCount: 1,
      endStatus: "success",
    });
  });

  it("goes back into the line when its object dies before it began", async () => {
    const line = newLine();
    const ctx = line.apart(owner.ctx);
    const agentId = await newAgent(ctx, "1");
    const { launchId } = await launchAgent(ctx, { agentId });
    await startNextLaunch(line.system);
    const order = line.started[0];
    if (!order || !(await takeOn(line.system, order, 0))) throw new Error("It was not taken on");
    const object = env.LAUNCH.getByName(String(launchId));
    await runInDurableObject(object, async (_object, { storage }) => {
      storage.kv.put("order", order);
      storage.kv.put("phase", { name: "accepted" });
      await storage.setAlarm(Date.now() + 600_000);
    });
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await ended(ctx, launchId)).toMatchObject({ endStatus: "success", launchNumber: 1 });
  });

  it("is followed look by look until its end", async () => {
    const { ctx } = owner;
    const text = stage(async ({ print, services, sleep }) => {
      for (const word of ["ä", "ö", "ü"]) {
        print(word);
        await services.setResult(JSON.stringify(word));
        await sleep(150);
      }
    });
    const agentId = await newAgent(ctx, text);
    const { launchId } = await launchAgent(ctx, { agentId });
    let known = { status: "queued" as "queued" | "running" | "ended", fromByte: 0, results: 0 };
    let heard = "";
    const results = new Set<string>();
    let looks = 0;
    for (; known.status !== "ended"; looks += 1) {
      const glimpse = await followLaunch(ctx, { launchId, ...known, withinMs: 5000 });
      expect(glimpse.console.from).toBe(known.fromByte);
      heard += glimpse.console.text;
      if (glimpse.resultObject !== null) results.add(glimpse.resultObject);
      const { status } = glimpse.launch;
      known = { status, fromByte: glimpse.console.to, results: glimpse.results };
    }
    expect(heard).toMatch(/agent\näöü$/);
    expect([...results]).toEqual(['"ä"', '"ö"', '"ü"']);
    expect(looks).toBeLessThan(30);
  });
});
