import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import * as queries from "../../../src/objects/hub/queries.ts";
import { newBots } from "../../support/bots.ts";

/** No list and no count of the hub reads a whole table, or sorts. */

let plan: (query: queries.Query) => Promise<string[]>;

beforeAll(async () => {
  const bots = await newBots();
  await bots.register("s", { proxy: "p:1", country: "US" });
  await bots.log("s", "click");
  const stub = env.HUB.getByName(bots.account.id);
  plan = (query) =>
    runInDurableObject(stub, (_object, state) =>
      state.storage.sql
        .exec(`EXPLAIN QUERY PLAN ${query.sql}`, ...query.values)
        .toArray()
        .map(({ detail }) => String(detail)),
    );
});

const FILTERS = [
  {},
  { status: "active" },
  { country: "US" },
  { status: "failed", country: "US" },
] as const;
const RUNS: queries.EventRun[] = [
  { column: "id", equals: null },
  { column: "kind_no", equals: { column: "kind", value: 2 } },
  { column: "visit_no", equals: { column: "visit", value: 5 } },
];
const SCANS: queries.EventScan[] = [
  { original: "captcha" },
  { visit: 5, kind: 2 },
  { visit: 5, original: "captcha" },
];

const lists: [name: string, query: queries.Query][] = [
  ...FILTERS.flatMap((filter): [string, queries.Query][] => {
    const name = JSON.stringify(filter);
    return [
      [`the newest visits ${name}`, queries.newestVisits(filter, 20, 40)],
      [`a page in the depth ${name}`, queries.visitsFrom(filter, 5, 20)],
      [`a step through visits ${name}`, queries.visitAfter(filter, 5, 1000)],
      [`an export of visits ${name}`, queries.visitsBefore(filter, 5, 20)],
      [`a search of visits ${name}`, queries.foundVisits(filter, '"abc"', 20, 0)],
      [`a count of visits found ${name}`, queries.countFound(filter, '"abc"')],
    ];
  }),
  ["stale visits", queries.staleVisits(5, 5, 20)],
  ["the first active visit", queries.firstActive("hosted")],
  ...RUNS.flatMap((run): [string, queries.Query][] => [
    [`a page of events by ${run.column}`, queries.sliceOfRun(run, 90, 41)],
    [`the last event by ${run.column}`, queries.edgeOfRun(run, "max")],
    [`the first event by ${run.column}`, queries.edgeOfRun(run, "min")],
  ]),
  ...SCANS.flatMap((scan): [string, queries.Query][] => {
    const name = JSON.stringify(scan);
    return [
      [`a page of events ${name}`, queries.pageOfScan(scan, 50, 100)],
      [`an export of events ${name}`, queries.scanBefore(scan, 5, 50)],
    ];
  }),
];

describe("query plans", () => {
  it.each(lists)("%s", async (_name, query) => {
    const steps = await plan(query);
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      expect(step).not.toMatch(/USE TEMP B-TREE|AUTOMATIC/);
      // The trigram index calls its own look-ups a scan of a virtual table.
      if (!step.includes("VIRTUAL TABLE INDEX")) expect(step).not.toMatch(/^SCAN/);
    }
  });

  it.each([
    ...FILTERS.slice(1).map((filter) => queries.countVisits(filter)),
    ...SCANS.filter((scan) => !("original" in scan && "visit" in scan)).map((scan) =>
      queries.countScan(scan),
    ),
  ])("count by a covering index: $sql", async (query) => {
    for (const step of await plan(query)) expect(step).toMatch(/^SEARCH \w USING COVERING INDEX/);
  });
});
