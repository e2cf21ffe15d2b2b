import { describe, expect, inject, it } from "vitest";
import { call, newAccount } from "../../support/api.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";
import { page, scripted } from "../../support/origins.ts";
import { deployment } from "../../support/worker.ts";
import { BEYOND_CHECK, BEYOND_TEST, dotted, newTest, type Row } from "./support.ts";

const { plain } = inject("origins");
/** Settled: what a check sets off is done before the next line. */
const worker = deployment();
const now = () => Math.floor(Date.now() / 1000);
const DAY = 86_400;

const up = scripted(plain, page("all is well"));
const down = scripted(plain, {
  send: "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
});

const check = (key: string, id: number) =>
  worker.call<{ Check: Row }>(key, "POST", `/tests/${id}/check`);
const rows = async (key: string, path: string): Promise<Row[]> => {
  const { status, body } = await call<Record<string, Row[]>>(key, "GET", path);
  expect(status).toBe(200);
  return Object.values(body)[0] ?? [];
};

describe("POST /tests/:testID/check", () => {
  it("runs one now, with curl's timings in curl's order", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: up, word: "well" });
    const before = now();
    const { status, body } = await check(key, id);
    expect(status).toBe(200);
    const { Checks } = golden("agentslug/checks") as { Checks: Row[] };
    expect(Object.keys(body.Check).toSorted()).toEqual(
      [...Object.keys(Checks[0] ?? {}), ...BEYOND_CHECK].toSorted(),
    );
    const { Check } = body;
    expect(Check).toMatchObject({
      testID: id,
      code: 200,
      status: 1,
      redirect: 0,
      word: "well",
      method: "socket",
      error: null,
    });
    expect(Number(Check["time"])).toBeGreaterThanOrEqual(before);
    const phases = ["namelookup", "connect", "pretransfer", "starttransfer", "total"].map((phase) =>
      Number(Check[`${phase}_time`]),
    );
    expect(phases).toEqual(phases.toSorted((a, b) => a - b));
    expect(phases.at(-1)).toBeGreaterThan(0);
  });

  it("tells a person what is wrong", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: up, word: "ill" });
    expect((await check(key, id)).body.Check).toMatchObject({
      status: 0,
      code: 200,
      error: 'the document does not contain "ill"',
    });
    const refused = await newTest(key, { url: inject("origins").refused });
    expect((await check(key, refused)).body.Check).toMatchObject({
      status: 0,
      code: 0,
      error: expect.stringMatching(/refused/),
    });
  });

  it("sends a name and password of the address as curl does", async () => {
    const { key } = await newAccount();
    const url = `${plain}/`.replace("//", "//ada:pass%20word@");
    const id = await newTest(key, { url, word: `Authorization: Basic ${btoa("ada:pass word")}` });
    expect((await check(key, id)).body.Check).toMatchObject({ status: 1, error: null });
    await call(key, "PATCH", `/tests/${id}`, { url: url.replace("ada", "eve") });
    expect((await check(key, id)).body.Check).toMatchObject({ status: 0 });
  });

  it("is limited per host", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: up.replace("127.0.0.1", "localhost") });
    const statuses = [];
    for (let time = 0; time < 31; time += 1) statuses.push((await check(key, id)).status);
    expect(new Set(statuses.slice(0, 30))).toEqual(new Set([200]));
    expect(statuses[30]).toBe(429);
  });
});

describe("GET /tests/:testID", () => {
  it("shows the test and its last check together", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: up, word: "well" });
    const before = await call<{ Test: Row }>(key, "GET", `/tests/${id}`);
    expect(before.body.Test).toMatchObject({ lastCheck: 0, checkID: null, total_time: null });
    const { body } = await check(key, id);
    const after = await call<{ Test: Row }>(key, "GET", `/tests/${id}`);
    const beyond = [...BEYOND_TEST, "error", "checkMethod"];
    expectLikeGolden(after.body, "agentslug/test", dotted("Test", beyond));
    const { method, ...told } = body.Check;
    expect(after.body.Test).toMatchObject({ ...told, checkMethod: method, state: "up" });
    expect(after.body.Test["lastCheck"]).toBe(told["time"]);
  });
});

describe("lists of checks", () => {
  it("page, sort and bound as SQL would, both bounds inclusive", async () => {
    const { key } = await newAccount();
    const [one, two] = [await newTest(key, { url: up }), await newTest(key, { url: up })];
    for (const id of [one, two, one, two, one]) await check(key, id);
    const own = await call(key, "GET", `/tests/${one}/lastChecks`);
    expectLikeGolden(own.body, "agentslug/checks", dotted("Checks", BEYOND_CHECK));
    for (const [path, count] of [
      [`/tests/${one}/lastChecks`, 3],
      ["/checks", 5],
    ] as const) {
      const all = await rows(key, path);
      expect(all).toHaveLength(count);
      expect(await rows(key, `${path}?sort=asc`)).toEqual(all.toReversed());
      expect(await rows(key, `${path}?limit=2`)).toEqual(all.slice(0, 2));
      expect(await rows(key, `${path}?limit=2&offset=1`)).toEqual(all.slice(1, 3));
      const [newest, oldest] = [Number(all[0]?.["time"]), Number(all.at(-1)?.["time"])];
      expect(await rows(key, `${path}?oldest=${oldest}&youngest=${newest}`)).toEqual(all);
      expect(await rows(key, `${path}?oldest=${newest + 1}`)).toEqual([]);
      expect(await rows(key, `${path}?youngest=${oldest - 1}`)).toEqual([]);
    }
  });

  it.each(["lastChecks", "checks"])("refuse what %s cannot give", async (list) => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: up });
    const path = list === "checks" ? "/checks" : `/tests/${id}/${list}`;
    const ask = (query: string) => call<{ msg: string }>(key, "GET", `${path}?${query}`);
    expect((await ask("limit=1000")).status).toBe(200);
    expect((await ask("limit=1001")).body.msg).toMatch(/^limit not valid: .*1000/);
    for (const query of ["limit=1001", "limit=0", "limit=x", "offset=-1", "sort=up", "oldest=x"]) {
      expect([query, (await ask(query)).status]).toEqual([query, 400]);
    }
    // Milliseconds where seconds are meant.
    expect((await ask(`oldest=${Date.now()}`)).body).toEqual({
      msg: "oldest not valid UNIX timestamp",
    });
    expect((await ask(`oldest=${now() - 30 * DAY}`)).status).toBe(200);
    for (const query of [
      `oldest=${now() - 30 * DAY - 60}`,
      `youngest=${now() - 31 * DAY}`,
      `oldest=0&youngest=${now()}`,
    ]) {
      const refused = await ask(query);
      expect([query, refused.status]).toEqual([query, 403]);
      expect(refused.body).toEqual({ msg: expect.stringContaining("30 days") });
    }
  });
});

describe("GET /tests/:testID/downtimes", () => {
  it("shows one that is open, then the same one closed", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: down, sensitivity: 10 });
    const path = `/tests/${id}/downtimes`;
    const first = (await check(key, id)).body.Check;
    const open = await call<{ Downtimes: Row[] }>(key, "GET", path);
    expectLikeGolden(open.body, "agentslug/downtimes-open", ["Downtimes.reason"]);
    expect(open.body.Downtimes).toEqual([
      expect.objectContaining({
        testID: id,
        checkID: first["checkID"],
        checkerID: first["checkerID"],
        downtimeFrom: first["time"],
        downtimeTo: null,
        reason: "answered 503 Busy",
      }),
    ]);
    const view = await call<{ Test: Row }>(key, "GET", `/tests/${id}`);
    expect(view.body.Test).toMatchObject({ downtime: 1, state: "down" });
    await call(key, "PATCH", `/tests/${id}`, { active: 0 });
    const [closed] = await rows(key, path);
    expect(closed?.["downtimeTo"]).toBeGreaterThanOrEqual(Number(first["time"]));
    const from = Number(first["time"]);
    expect(await rows(key, `${path}?oldest=${from}&youngest=${from}`)).toHaveLength(1);
    expect(await rows(key, `${path}?oldest=${from + 1}`)).toEqual([]);
    expect(await rows(key, `${path}?youngest=${from - 1}`)).toEqual([]);
    // Downtimes are kept for good.
    expect(await rows(key, `${path}?oldest=0`)).toHaveLength(1);
  });
});

describe("GET /tests/:testID/stats", () => {
  it("sums the open hour up per checker", async () => {
    const { key } = await newAccount();
    const id = await newTest(key, { url: up });
    const made = [(await check(key, id)).body.Check, (await check(key, id)).body.Check];
    const { body } = await call<{ Stats: Row[] }>(key, "GET", `/tests/${id}/stats`);
    expectLikeGolden(body, "agentslug/stats");
    const sum = (list: Row[], name: string) =>
      list.reduce((total, row) => total + Number(row[name]), 0);
    expect(sum(body.Stats, "checksCount")).toBe(2);
    expect(sum(body.Stats, "totalTime")).toBeCloseTo(sum(made, "total_time"), 5);
    expect(sum(body.Stats, "documentLength")).toBe(sum(made, "document_length"));
    for (const stat of body.Stats) {
      expect(Number(stat["timeFrom"]) % 3600).toBe(0);
      expect(Number(stat["timeTo"]) - Number(stat["timeFrom"])).toBe(3599);
    }
    const path = `/tests/${id}/stats`;
    expect(await rows(key, `${path}?oldest=0&limit=50000`)).toEqual(body.Stats);
    expect(await rows(key, `${path}?offset=${body.Stats.length}`)).toEqual([]);
    expect((await call(key, "GET", `${path}?limit=50001`)).status).toBe(400);
  });
});

describe("GET /account/billing", () => {
  it("has a row per hour and type, the open hour not charged yet, a point a check", async () => {
    const { key } = await newAccount();
    const plainTest = await newTest(key, { url: up });
    const content = await newTest(key, { url: up, word: "well" });
    const points = async () =>
      (await call<{ User: { points: number } }>(key, "GET", "/account")).body.User.points;
    const before = await points();
    for (const id of [plainTest, content, content]) await check(key, id);
    const billed = await call<{ apiUsage: Row[] }>(key, "GET", "/account/billing");
    expect(billed.status).toBe(200);
    expectLikeGolden(billed.body, "agentslug/billing");
    const units = (type: string) =>
      billed.body.apiUsage
        .filter((row) => row["type"] === type)
        .reduce((sum, { value }) => sum + Number(value), 0);
    expect([units("uptimeTest"), units("contentTest")]).toEqual([1, 2]);
    expect(billed.body.apiUsage.at(-1)).toMatchObject({ charged: false });
    expect(await points()).toBeLessThanOrEqual(before);
    const today = new Date();
    const [year, month] = [today.getUTCFullYear(), today.getUTCMonth() + 1];
    const named = await call(
      key,
      "GET",
      `/account/billing?year=${year}&month=${String(month).padStart(2, "0")}`,
    );
    expect(named.body).toEqual(billed.body);
    expect((await call(key, "GET", "/account/billing?year=2017&month=05")).body).toEqual({
      apiUsage: [],
    });
    for (const query of ["month=13", "month=0", "year=x", "year=20170"]) {
      expect((await call(key, "GET", `/account/billing?${query}`)).status).toBe(400);
    }
  });
});
