import * as z from "zod";
import { Fault } from "../../../domain/errors.ts";
import {
  changeProxy,
  getProxy,
  isCooling,
  listProxies,
  meanLatency,
  type Proxy,
  type ProxyChanges,
  proxyStatus,
  successShare,
} from "../../../domain/telemetry/index.ts";
import { json, route } from "../../kit/index.ts";
import { ListQuery } from "../wire.ts";

const text = (maximum: number) =>
  z.string().max(maximum, `must have at most ${maximum} characters`);

const ProxyPatch = z.strictObject({
  enabled: z.boolean("must be true or false").optional(),
  note: text(1000).optional(),
  country: text(100).nullable().optional(),
});

function toChanges({ enabled, note, country }: z.output<typeof ProxyPatch>): ProxyChanges {
  return {
    ...(enabled !== undefined && { enabled }),
    ...(note !== undefined && { note }),
    ...(country !== undefined && { country: country || null }),
  };
}

function fromProxy(proxy: Proxy, now: number) {
  const { coolingUntil, lastUsed } = proxy;
  const cooling = isCooling(proxy, now) && coolingUntil !== null;
  return {
    id: proxy.id,
    url: proxy.url,
    country: proxy.country,
    note: proxy.note,
    enabled: proxy.enabled,
    status: proxyStatus(proxy),
    uses: proxy.uses,
    successes: proxy.successes,
    failures: proxy.uses - proxy.successes,
    success_rate: successShare(proxy),
    avg_latency_ms: meanLatency(proxy),
    last_used: lastUsed === null ? null : new Date(lastUsed).toISOString(),
    cooldown_until: cooling ? new Date(coolingUntil).toISOString() : null,
  };
}

/** @throws Fault NOT_FOUND for what cannot be a proxy's id. */
function proxyId(id: string | undefined): number {
  if (id === undefined || !/^[1-9]\d{0,14}$/.test(id)) {
    throw new Fault("NOT_FOUND", "Proxy not found");
  }
  return Number(id);
}

export const proxies = [
  route({
    method: "GET",
    path: "/manage/proxies",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { query }) => {
      const { rows, total } = await listProxies(ctx, query);
      return json({ proxies: rows.map((proxy) => fromProxy(proxy, ctx.now())), total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/proxies/:id",
    auth: "key",
    handle: async (ctx, { params }) =>
      json({ proxy: fromProxy(await getProxy(ctx, proxyId(params.id)), ctx.now()) }),
  }),
  route({
    method: "PATCH",
    path: "/manage/proxies/:id",
    auth: "key",
    body: ProxyPatch,
    handle: async (ctx, { params, body }) => {
      const proxy = await changeProxy(ctx, proxyId(params.id), toChanges(body));
      return json({ proxy: fromProxy(proxy, ctx.now()) });
    },
  }),
];
