import { inject, describe, expect, it } from "vitest";
import { call, newAccount } from "../../support/api.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";
import { deployment } from "../../support/worker.ts";
import { BEYOND_TEST, newTest, type Test } from "./support.ts";

const { plain } = inject("origins");

const read = async (key: string, id: number) =>
  (await call<{ Test: Test }>(key, "GET", `/tests/${id}`)).body.Test;

describe("POST /tests", () => {
  it("makes a test with one curl, the rest by default", async () => {
    const { key } = await newAccount();
    const made = await call(key, "POST", "/tests", { url: `${plain}/a` });
    expect(made.status).toBe(201);
    expectLikeGolden(made.body, "agentslug/tests-create");
    const { testID } = (made.body as { Test: { testID: number } }).Test;
    expect(await read(key, testID)).toMatchObject({
      testID,
      url: `${plain}/a`,
      testName: "127.0.0.1",
      word: "",
      interval: 300,
      sensitivity: 5,
      userAgent: expect.stringContaining("Outrider"),
      allowedRedirects: 1,
      active: 1,
      lastCheck: 0,
      downtime: 0,
      publicHash: null,
    });
  });

  it("takes the document's own example, and what is unknown it ignores", async () => {
    const { key } = await newAccount();
    const made = await call<{ Test: { testID: number } }>(key, "POST", "/tests", {
      testName: "foo",
      url: "http://foo.agentslug.com",
      interval: 600,
      active: 0,
      colour: "blue",
    });
    expect(made.status).toBe(201);
    expect(await read(key, made.body.Test.testID)).toMatchObject({
      testName: "foo",
      url: "http://foo.agentslug.com",
      interval: 600,
      active: 0,
      state: "paused",
    });
  });

  it("keeps everything that it was given", async () => {
    const { key } = await newAccount();
    const wish = {
      url: `${plain}/all`,
      testName: "All of it",
      word: "yes",
      wordAbsent: "no",
      interval: 30,
      sensitivity: 10,
      userAgent: "Mine/1.0",
      allowedRedirects: 0,
      active: 1,
      method: "POST",
      certWarningDays: 14,
    };
    const sent = { ...wish, headers: { "X-Token": "hush-hush" }, body: "hidden words" };
    const id = await newTest(key, sent);
    const test = await read(key, id);
    expect(test).toMatchObject({ ...wish, headerNames: ["X-Token"] });
    expect(JSON.stringify(test)).not.toMatch(/hush-hush|hidden words/);
  });

  it.each([
    [{}, "url not valid web url"],
    [{ url: "agentslug" }, "url not valid web url"],
    [{ url: "ftp://example.com" }, "url not valid web url"],
    [{ url: 5 }, "url not valid web url"],
    [{ url: null }, "url not valid web url"],
    [{ interval: 29 }, "interval not valid number of seconds from 30 to 86400"],
    [{ interval: 86_401 }, "interval not valid number of seconds from 30 to 86400"],
    [{ interval: 60.5 }, "interval not valid number of seconds from 30 to 86400"],
    [{ interval: "60" }, "interval not valid number of seconds from 30 to 86400"],
    [{ sensitivity: 7 }, "sensitivity not valid level, it is 5 or 10"],
    [{ allowedRedirects: 2 }, "allowedRedirects not valid flag, it is 0 or 1"],
    [{ active: "yes" }, "active not valid flag, it is 0 or 1"],
    [{ word: 7 }, "word not valid text"],
    [{ testName: ["a"] }, "testName not valid text"],
    [{ testName: "x".repeat(201) }, "testName not valid: must have at most 200 characters"],
    [{ userAgent: "a\r\nb" }, "userAgent not valid: has characters no header may have"],
    [{ method: "TRACE" }, "method not valid method, it is GET, HEAD or POST"],
    [{ body: "x" }, "body not valid: needs the method POST"],
    [{ headers: { Host: "x" } }, "headers not valid: must not set Host"],
    [{ type: "dns" }, "type not valid type, it is http or push"],
    [
      { certWarningDays: 0 },
      "certWarningDays not valid: must be a whole number from 1 to 365, or null",
    ],
    [{ interval: 1, active: 9 }, /^interval not valid .+; active not valid flag/],
  ])("refuses %j", async (wish, msg) => {
    const { key } = await newAccount();
    const body = Object.hasOwn(wish, "url") || Object.keys(wish).length === 0 ? {} : { url: plain };
    const refused = await call<{ msg: string }>(key, "POST", "/tests", { ...body, ...wish });
    expect(refused.status).toBe(400);
    if (typeof msg === "string") expect(refused.body).toEqual({ msg });
    else expect(refused.body.msg).toMatch(msg);
    expect((await call(key, "GET", "/tests")).body).toEqual({ Tests: [] });
  });

  it("refuses addresses that nobody may ask for, and says why", async () => {
    const worker = deployment({ ALLOW_PRIVATE_TARGETS: "0" });
    const { key } = await newAccount();
    const refused = await worker.call(key, "POST", "/tests", { url: "http://169.254.169.254/" });
    expect(refused.status).toBe(400);
    expect(refused.body.msg).toMatch(/^url not valid: 169\.254\.169\.254 is not allowed/);
  });

  it("is refused to a read-only key, and over the account's limit", async () => {
    const { key } = await newAccount();
    const made = await call<{ api_key: string }>(key, "POST", "/manage/keys", { scope: "read" });
    expect((await call(made.body.api_key, "POST", "/tests", { url: plain })).status).toBe(403);
    const strict = deployment({ MAX_MONITORS: "1" });
    expect((await strict.call(key, "POST", "/tests", { url: plain })).status).toBe(201);
    const over = await strict.call(key, "POST", "/tests", { url: plain });
    expect([over.status, over.body]).toEqual([429, { msg: "This account may have 1 monitors." }]);
  });

  it("answers a repeat under the same Idempotency-Key with the same test", async () => {
    const { key } = await newAccount();
    const once = { "idempotency-key": crypto.randomUUID() };
    const first = await call(key, "POST", "/tests", { url: plain }, once);
    const second = await call(key, "POST", "/tests", { url: plain }, once);
    expect([second.status, second.body]).toEqual([201, first.body]);
    const list = await call<{ Tests: Test[] }>(key, "GET", "/tests");
    expect(list.body.Tests).toHaveLength(1);
  });
});

describe("GET /tests", () => {
  it("lists the account's tests, newest first, as documented", async () => {
    const { key } = await newAccount();
    const ids = [];
    for (const name of ["a", "b", "c"]) {
      ids.push(await newTest(key, { url: plain, testName: name, active: 0 }));
    }
    const all = await call<{ Tests: Test[] }>(key, "GET", "/tests");
    expect(all.status).toBe(200);
    expectLikeGolden(
      all.body,
      "agentslug/tests-list",
      BEYOND_TEST.map((field) => `Tests.${field}`),
    );
    expect(all.body.Tests.map(({ testID }) => testID)).toEqual(ids.toReversed());
    const page = await call<{ Tests: Test[] }>(key, "GET", "/tests?limit=1&offset=1");
    expect(page.body.Tests.map(({ testName }) => testName)).toEqual(["b"]);
    expect((await call(key, "GET", "/tests?limit=1001")).status).toBe(400);
  });

  it("shows nobody else's", async () => {
    const [owner, stranger] = [await newAccount(), await newAccount()];
    const id = await newTest(owner.key, { url: plain, active: 0 });
    expect((await call(stranger.key, "GET", "/tests")).body).toEqual({ Tests: [] });
    for (const [method, path, body] of [
      ["GET", `/tests/${id}`],
      ["PATCH", `/tests/${id}`, { word: "mine" }],
      ["DELETE", `/tests/${id}`],
      ["GET", `/tests/${id}/lastChecks`],
      ["GET", `/tests/${id}/downtimes`],
      ["GET", `/tests/${id}/stats`],
      ["POST", `/tests/${id}/publicHash`],
      ["POST", `/tests/${id}/check`],
      ["POST", `/ping/${id}/heartbeat`],
    ] as const) {
      const answer = await call(stranger.key, method, path, body);
      expect([method, path, answer.status, answer.body]).toEqual([
        method,
        path,
        404,
        { msg: "Monitor not found" },
      ]);
    }
    expect(await read(owner.key, id)).toMatchObject({ word: "" });
  });

  it.each(["0", "-1", "1.5", "abc", "1e3", "99999999999999999999"])(
    "knows no test %s",
    async (id) => {
      const { key } = await newAccount();
      const answer = await call(key, "GET", `/tests/${id}`);
      expect([answer.status, answer.body]).toEqual([404, { msg: "Monitor not found" }]);
    },
  );
});

describe("PATCH /tests/:testID", () => {
  it("changes what the document names, and active and testName", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: `${plain}/before` });
    const changes = {
      url: `${plain}/after`,
      word: "hello",
      interval: 3600,
      sensitivity: 10,
      userAgent: "Other/2",
      allowedRedirects: 0,
      active: 0,
      testName: "renamed",
    };
    const answer = await call(key, "PATCH", `/tests/${id}`, changes);
    expect([answer.status, answer.body]).toEqual([200, golden("agentslug/test-updated")]);
    expect(await read(key, id)).toMatchObject(changes);
    await call(key, "PATCH", `/tests/${id}`, { word: "" });
    expect(await read(key, id)).toMatchObject({ ...changes, word: "" });
  });

  it("refuses in the document's words, and changes nothing", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: plain });
    const refused = await call(key, "PATCH", `/tests/${id}`, { url: "nonsense", word: "new" });
    expect([refused.status, refused.body]).toEqual([400, golden("agentslug/test-invalid")]);
    expect(await read(key, id)).toMatchObject({ url: plain, word: "" });
  });
});

describe("DELETE /tests/:testID", () => {
  it("takes the test out of every route", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: plain });
    const answer = await call(key, "DELETE", `/tests/${id}`);
    expect([answer.status, answer.body]).toEqual([202, golden("agentslug/test-deleted")]);
    for (const path of ["", "/lastChecks", "/downtimes", "/stats"]) {
      expect((await call(key, "GET", `/tests/${id}${path}`)).status).toBe(404);
    }
    expect((await call(key, "DELETE", `/tests/${id}`)).status).toBe(404);
    expect((await call(key, "GET", "/tests")).body).toEqual({ Tests: [] });
  });
});

describe("push tests", () => {
  it("wait for heartbeats and raise no alarm before the first", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { type: "push", interval: 60, testName: "backup" });
    expect(await read(key, id)).toMatchObject({
      type: "push",
      url: "",
      testName: "backup",
      downtime: 0,
      lastCheck: 0,
      checkID: null,
    });
    const signal = await call(key, "POST", `/ping/${id}/heartbeat`);
    expect([signal.status, signal.body]).toEqual([200, { msg: "OK" }]);
    expect(await read(key, id)).toMatchObject({ status: 1, checkerID: "push", downtime: 0 });
  });

  it("are the only ones that take heartbeats", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: plain });
    for (const unknown of [id, 16_777_214, "x"]) {
      const answer = await call(key, "POST", `/ping/${unknown}/heartbeat`);
      expect([answer.status, answer.body]).toEqual([404, { msg: "Monitor not found" }]);
    }
    const push = await newTest(key, { type: "push" });
    expect((await call(key, "POST", `/tests/${push}/check`)).status).toBe(400);
  });
});
