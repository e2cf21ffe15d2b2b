import { assertAccount, assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { Proxy, ProxyChanges, ProxyList } from "./telemetry.ts";

/** The proxies that the account's visits went through, newest first. */
export async function listProxies(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<ProxyList> {
  const { accountId } = assertAccount(ctx);
  return ctx.ports.telemetry.proxies(accountId, slice);
}

/** @throws Fault NOT_FOUND */
export async function getProxy(ctx: Ctx, id: number): Promise<Proxy> {
  const { accountId } = assertAccount(ctx);
  return ctx.ports.telemetry.proxy(accountId, id);
}

/** Enables, disables or labels a proxy. @throws Fault NOT_FOUND */
export async function changeProxy(ctx: Ctx, id: number, changes: ProxyChanges): Promise<Proxy> {
  const { accountId } = assertCanAct(ctx);
  return ctx.ports.telemetry.changeProxy(accountId, id, changes);
}
