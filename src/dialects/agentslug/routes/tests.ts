import {
  checkNow,
  createMonitor,
  deleteMonitor,
  getMonitor,
  listChecks,
  listDowntimes,
  listMonitors,
  listStats,
  makePublicHash,
  updateMonitor,
} from "../../../domain/monitor/index.ts";
import { json, route } from "../../kit/index.ts";
import {
  fromCheck,
  fromDowntime,
  fromMonitor,
  fromMonitorWithCheck,
  fromStat,
  inWireWords,
  toCreate,
  toRange,
  toTestId,
  toUpdate,
} from "../monitors.ts";
import { CheckRange, DowntimeRange, StatRange, TestCreate, TestList, TestUpdate } from "../wire.ts";

export const tests = [
  route({
    method: "GET",
    path: "/tests",
    auth: "key",
    query: TestList,
    handle: async (ctx, { query }) => {
      const { limit = ctx.settings.maxMonitors, offset } = query;
      const { monitors } = await listMonitors(ctx, { limit, offset });
      return json({ Tests: monitors.map(fromMonitor) });
    },
  }),
  route({
    method: "POST",
    path: "/tests",
    auth: "key",
    body: TestCreate,
    idempotent: true,
    handle: async (ctx, { body }) => {
      const { id } = await inWireWords(createMonitor(ctx, toCreate(body)));
      return json({ Test: { testID: id } }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/tests/:testID",
    auth: "key",
    handle: async (ctx, { params }) => {
      const monitor = await getMonitor(ctx, toTestId(params.testID));
      return json({ Test: fromMonitorWithCheck(monitor) });
    },
  }),
  route({
    method: "PATCH",
    path: "/tests/:testID",
    auth: "key",
    body: TestUpdate,
    handle: async (ctx, { params, body }) => {
      await inWireWords(updateMonitor(ctx, toTestId(params.testID), toUpdate(body)));
      return json({ msg: "Updated" });
    },
  }),
  route({
    method: "DELETE",
    path: "/tests/:testID",
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteMonitor(ctx, toTestId(params.testID));
      return json({ msg: "Accepted" }, 202);
    },
  }),
  route({
    method: "GET",
    path: "/tests/:testID/lastChecks",
    auth: "key",
    query: CheckRange,
    handle: async (ctx, { params, query }) => {
      const checks = await listChecks(ctx, toTestId(params.testID), toRange(query));
      return json({ Checks: checks.map(fromCheck) });
    },
  }),
  route({
    method: "GET",
    path: "/tests/:testID/downtimes",
    auth: "key",
    query: DowntimeRange,
    handle: async (ctx, { params, query }) => {
      const downtimes = await listDowntimes(ctx, toTestId(params.testID), toRange(query));
      return json({ Downtimes: downtimes.map(fromDowntime) });
    },
  }),
  route({
    method: "GET",
    path: "/tests/:testID/stats",
    auth: "key",
    query: StatRange,
    handle: async (ctx, { params, query }) => {
      const stats = await listStats(ctx, toTestId(params.testID), toRange(query));
      return json({ Stats: stats.map(fromStat) });
    },
  }),
  route({
    method: "POST",
    path: "/tests/:testID/publicHash",
    auth: "key",
    handle: async (ctx, { params }) => {
      return json({ publicHash: await makePublicHash(ctx, toTestId(params.testID)) });
    },
  }),
  route({
    method: "POST",
    path: "/tests/:testID/check",
    auth: "key",
    handle: async (ctx, { params }) => {
      return json({ Check: fromCheck(await checkNow(ctx, toTestId(params.testID))) });
    },
  }),
];
