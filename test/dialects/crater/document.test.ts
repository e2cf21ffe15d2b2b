import { beforeEach, describe, expect, it } from "vitest";
import { type Account, call, newAccount } from "../../support/api.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";
import {
  legacyRunner,
  type LegacyRunner,
  newExperiment,
  newRunner,
  readExperiment,
} from "../../support/runners.ts";

/** wire/crater.md, line by line. */

const wanted = golden("crater/next-experiment") as { crates: object[]; toolchains: object[] };

let account: Account;
let runner: LegacyRunner;
beforeEach(async () => {
  account = await newAccount();
  runner = legacyRunner(await newRunner(account.key, "crater-1"));
});

describe("GET /config", () => {
  it("tells the runner its name and the account's settings", async () => {
    const response = await runner.send("GET", "config");
    expect(response.status).toBe(200);
    const body = await response.json<{ "crater-config": object }>();
    expectLikeGolden({ ...body, "crater-config": {} }, "crater/config");
    expect(body).toMatchObject({
      "agent-name": "crater-1",
      "crater-config": {
        "demo-crates": { crates: [] },
        sandbox: {
          "memory-limit": "1536M",
          "build-log-max-size": "5M",
          "build-log-max-lines": 10_000,
        },
      },
    });
  });

  it("has the sections that PATCH /manage/account sets in the place of ours", async () => {
    await call(account.key, "PATCH", "/manage/account", {
      crater_config: { sandbox: { "memory-limit": "4G" }, crates: { lazy_static: { skip: true } } },
    });
    const body = await (await runner.send("GET", "config")).json<{ "crater-config": object }>();
    expect(body["crater-config"]).toMatchObject({
      sandbox: { "memory-limit": "4G", "build-log-max-lines": 10_000 },
      crates: { lazy_static: { skip: true } },
      server: {},
    });
  });
});

describe("GET /next-experiment", () => {
  it("answers only null when nothing is queued", async () => {
    const response = await runner.send("GET", "next-experiment");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("null");
  });

  it("assigns the first queued experiment, and the same until it is complete", async () => {
    await newExperiment(account.key, { name: "experiment-1", crates: wanted.crates });
    await newExperiment(account.key, { name: "experiment-2" });
    const first = await runner.next();
    expectLikeGolden(first, "crater/next-experiment", ["cap_lints"]);
    expect(first).toEqual({ ...(wanted as object), cap_lints: "Forbid" });
    expect(await runner.next()).toEqual(first);
    expect(await readExperiment(account.key, "experiment-1")).toMatchObject({
      status: "running",
      assigned_to: "crater-1",
    });
    const response = await runner.complete();
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("OK");
    expect(await runner.next()).toMatchObject({ name: "experiment-2" });
    await runner.complete();
    expect(await runner.next()).toBeNull();
  });

  it("takes the highest priority first, then the oldest", async () => {
    await newExperiment(account.key, { name: "low" });
    await newExperiment(account.key, { name: "high", priority: 5 });
    await newExperiment(account.key, { name: "high-later", priority: 5 });
    const names = [];
    for (let experiment = await runner.next(); experiment; experiment = await runner.next()) {
      names.push(experiment.name);
      await runner.complete();
    }
    expect(names).toEqual(["high", "high-later", "low"]);
  });

  it("passes over what the runner cannot do, and what is another's", async () => {
    await newExperiment(account.key, { name: "gpu", requirements: ["linux", "gpu"] });
    await newExperiment(account.key, { name: "others", assignee: "crater-2" });
    expect(await runner.next()).toBeNull();
    await runner.send("POST", "config", { capabilities: ["linux", "gpu"] });
    expect(await runner.next()).toMatchObject({ name: "gpu" });
    const other = legacyRunner(await newRunner(account.key, "crater-2"));
    expect(await other.next()).toMatchObject({ name: "others" });
  });

  it("waits until the last part of an experiment's crates is there", async () => {
    await newExperiment(account.key, { name: "parts", crates: [] });
    expect(await runner.next()).toBeNull();
    const add = (query: string, from: number) =>
      call(account.key, "POST", `/manage/experiments/parts/crates${query}`, {
        Version: { name: `c${from}`, version: "1.0.0" },
      });
    expect((await add("?more=1", 1)).status).toBe(200);
    expect(await runner.next()).toBeNull();
    // A part that comes twice is there once.
    await add("?more=1", 1);
    await add("", 2);
    expect((await runner.next())?.crates).toEqual([
      { Version: { name: "c1", version: "1.0.0" } },
      { Version: { name: "c2", version: "1.0.0" } },
    ]);
    const late = await add("", 3);
    expect(late.status).toBe(409);
  });
});

describe("POST /complete-experiment", () => {
  it("is 409 with nothing assigned", async () => {
    const response = await runner.complete();
    expect(response.status).toBe(409);
    expect(await response.text()).toBe("409: Conflict: No experiment is assigned to this runner.");
  });

  it("shows the owner that it is complete", async () => {
    await newExperiment(account.key, { name: "whole" });
    await runner.next();
    await runner.complete();
    expect(await readExperiment(account.key, "whole")).toMatchObject({ status: "completed" });
    const { body } = await call<{ runners: object[] }>(account.key, "GET", "/manage/runners");
    expect(body.runners).toMatchObject([
      { name: "crater-1", experiment: null, revision: "0a1b2c3" },
    ]);
  });
});

describe("POST /record-result", () => {
  it("keeps one result for each crate and toolchain, whatever is repeated", async () => {
    await newExperiment(account.key, { name: "results", crates: wanted.crates });
    const experiment = await runner.next();
    for (const crate of experiment?.crates ?? []) {
      for (const toolchain of experiment?.toolchains ?? []) {
        for (const result of ["test-pass", "build-fail:unknown"]) {
          const response = await runner.record(crate, toolchain, result, "a log");
          expect(await response.text()).toBe("OK");
        }
      }
    }
    // Such a runner says itself when it is through.
    expect(await readExperiment(account.key, "results")).toMatchObject({
      status: "running",
      progress: { done: 2, total: 2 },
    });
    expect((await runner.complete()).status).toBe(200);
  });

  it("names what is not part of the experiment", async () => {
    await newExperiment(account.key, { name: "named" });
    const experiment = await runner.next();
    const unknown = await runner.record(
      { Version: { name: "x" } },
      { Dist: "stable" },
      "test-pass",
    );
    expect(unknown.status).toBe(400);
    expect(await unknown.text()).toContain("crate: is not part of this experiment");
    const wrong = await runner.record(experiment?.crates[0], { Dist: "nightly" }, "test-pass");
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("toolchain: is not part of this experiment");
  });

  it("is 409 with nothing assigned", async () => {
    expect((await runner.record({ a: 1 }, { Dist: "stable" }, "test-pass")).status).toBe(409);
  });
});
