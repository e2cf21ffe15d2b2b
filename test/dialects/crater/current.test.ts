import { beforeEach, describe, expect, it } from "vitest";
import { type Account, call, newAccount } from "../../support/api.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";
import {
  crates,
  currentRunner,
  type CurrentRunner,
  type Json,
  newExperiment,
  newRunner,
  readExperiment,
} from "../../support/runners.ts";
import { deployment } from "../../support/worker.ts";

/** Runners of later days: `CraterToken`, crates dealt one by one, heartbeats. */

const wanted = (golden("crater/current-experiment") as { result: { toolchains: Json[] } }).result;

let account: Account;
let token: string;
let runner: CurrentRunner;
beforeEach(async () => {
  account = await newAccount();
  token = await newRunner(account.key, "crater-1");
  runner = currentRunner(token);
});

describe("a runner of today", () => {
  it("registers what it can do, and is seen", async () => {
    const response = await runner.send("POST", "config", {
      capabilities: ["linux", "big-hard-drive"],
    });
    expect(await response.json()).toMatchObject({
      status: "success",
      result: { "agent-name": "crater-1", "crater-config": { sandbox: {} } },
    });
    expect(await (await runner.heartbeat()).json()).toEqual({ status: "success", result: true });
    const { body } = await call<{ runner: Json }>(account.key, "GET", "/manage/runners/crater-1");
    expect(body.runner).toMatchObject({
      capabilities: ["linux", "big-hard-drive"],
      revision: "0a1b2c3",
      last_heartbeat: expect.stringMatching(/Z$/) as string,
    });
  });

  it("gets its experiment in today's form", async () => {
    await newExperiment(account.key, {
      name: "pr-1",
      priority: 5,
      requirements: ["linux"],
      toolchains: wanted.toolchains,
    });
    const response = await runner.send("POST", "next-experiment");
    const body = await response.json();
    expectLikeGolden(body, "crater/current-experiment");
    expect(body).toMatchObject({
      result: { name: "pr-1", toolchains: wanted.toolchains, requirement: "linux", priority: 5 },
    });
  });

  it("works an experiment off crate by crate; it completes by itself", async () => {
    await newExperiment(account.key, {
      name: "pr-2",
      crates: crates(3),
      toolchains: wanted.toolchains,
    });
    expect(await runner.next()).toMatchObject({ name: "pr-2" });
    const seen = [];
    for (let crate = await runner.crate("pr-2"); crate; crate = await runner.crate("pr-2")) {
      seen.push(crate);
      for (const toolchain of wanted.toolchains) {
        const response = await runner.progress("pr-2", crate, toolchain, "test-pass");
        expect(await response.json()).toEqual({ status: "success", result: true });
      }
    }
    expect(seen).toEqual(crates(3));
    expect(await readExperiment(account.key, "pr-2")).toMatchObject({
      status: "completed",
      progress: { done: 3, total: 3 },
    });
    expect(await runner.next()).toBeNull();
  });

  it("deals a crate in the form it was given", async () => {
    const [given] = [(golden("crater/next-crate") as { result: Json }).result];
    await newExperiment(account.key, { name: "form", crates: [given] });
    await runner.next();
    const response = await runner.send("POST", "next-crate", "form");
    expect(await response.json()).toEqual(golden("crater/next-crate"));
  });

  it.each<[string, Json]>([
    ["GitHub", { GitHub: { org: "brson", name: "hello-rs", sha: null } }],
    ["Git", { Git: { url: "https://example.com/x.git", sha: "0a1b" } }],
    ["Version", { Version: { name: "a", version: "1.0.0" } }],
    ["Repo", { Repo: { url: "https://github.com/brson/hello-rs" } }],
    ["unknown", { Path: ["of", { the: "future" }] }],
  ])("keeps crates of the form %s as they came", async (_name, crate) => {
    await newExperiment(account.key, { name: "forms", crates: [crate], toolchains: ["stable"] });
    await runner.next();
    expect(await runner.crate("forms")).toEqual(crate);
    const kept = await runner.progress("forms", crate, { Dist: "stable" }, "brand-new:result");
    expect(kept.status).toBe(200);
    expect(await readExperiment(account.key, "forms")).toMatchObject({ status: "completed" });
  });

  it("may find out which revision a crate is", async () => {
    const from = { GitHub: { org: "brson", name: "hello-rs", sha: null } };
    const to = { GitHub: { org: "brson", name: "hello-rs", sha: "0a1b2c3" } };
    await newExperiment(account.key, { name: "renamed", crates: [from], toolchains: ["stable"] });
    await runner.next();
    await runner.crate("renamed");
    const response = await runner.send("POST", "record-progress", {
      "experiment-name": "renamed",
      results: [{ crate: to, toolchain: "stable", result: "test-pass", log: "" }],
      version: [from, to],
    });
    expect(response.status).toBe(200);
    expect(await readExperiment(account.key, "renamed")).toMatchObject({ status: "completed" });
  });

  it("of the days between gets the crates with the experiment, and completes it itself", async () => {
    await newExperiment(account.key, {
      name: "between",
      crates: crates(1),
      toolchains: ["stable"],
    });
    const response = await runner.send("GET", "next-experiment");
    expect(await response.json()).toMatchObject({
      status: "success",
      result: { name: "between", crates: crates(1) },
    });
    await runner.progress("between", crates(1)[0] ?? {}, "stable", "test-pass");
    expect(await readExperiment(account.key, "between")).toMatchObject({ status: "running" });
    const done = await runner.send("POST", "complete-experiment");
    expect(await done.json()).toEqual({ status: "success", result: true });
  });

  it("is told what goes wrong in its own words", async () => {
    const missing = await runner.send("POST", "next-crate", "nowhere");
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual(golden("crater/not-found"));
    const nothing = await runner.send("POST", "complete-experiment");
    expect(nothing.status).toBe(409);
    expect(await nothing.json()).toEqual(golden("crater/internal-error"));
    const unknown = await currentRunner("orr_nothing").heartbeat();
    expect(unknown.status).toBe(401);
    expect(await unknown.json()).toEqual(golden("crater/unauthorized"));
  });

  it("is told to slow down", async () => {
    const slow = deployment({ RUNNER_RATE_LIMIT_PER_MINUTE: "2" });
    const hasty = currentRunner(token, slow.ask);
    const statuses = [];
    for (let count = 0; count < 3; count += 1) {
      const response = await hasty.heartbeat();
      statuses.push(response.status);
      if (response.status === 429) {
        expect(await response.json()).toEqual(golden("crater/slow-down"));
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      }
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("may tell of failures of its own", async () => {
    const response = await runner.send("POST", "error", { error: "disk full" });
    expect(await response.json()).toEqual({ status: "success", result: true });
    const { body } = await call<{ events: Json[] }>(null, "GET", "/api/events", undefined, {
      "x-api-key": account.key,
    });
    expect(body.events).toMatchObject([
      { event_type: "custom", details: { runner: "crater-1", error: "disk full" } },
    ]);
  });
});
