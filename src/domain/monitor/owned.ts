import { findMonitor, type MonitorRow } from "../../store/monitor.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Seal } from "../ports.ts";
import type { Monitor } from "./monitor.ts";

/** @throws Fault NOT_FOUND for an unknown monitor or another account's. */
export async function findOwned(ctx: Ctx, accountId: string, id: number): Promise<MonitorRow> {
  const row = Number.isSafeInteger(id) ? await findMonitor(ctx.db, accountId, id) : undefined;
  if (!row) throw notFound();
  return row;
}

/**
 * Makes a shard's object take over what was changed, which is kept already: one that cannot be
 * reached just now reads it before its next work.
 */
export async function refreshShard(
  ctx: Ctx,
  accountId: string,
  shard: number,
  version: number,
): Promise<void> {
  try {
    await ctx.ports.shards.refresh(shard, accountId, version);
  } catch (error) {
    ctx.log.error("shard_not_refreshed", error, { shard });
  }
}

export function notFound(): Fault {
  return new Fault("NOT_FOUND", "Monitor not found");
}

/** What a sealed request is sealed for. */
export function sealPurpose(accountId: string): string {
  return `monitor:${accountId}`;
}

/** What a monitor sends beside the usual; null when its seal cannot be opened any more. */
export async function openRequest(
  seal: Seal,
  accountId: string,
  sealed: string,
): Promise<ExtraRequest | null> {
  const plain = await seal.open(sealPurpose(accountId), sealed);
  return plain === null ? null : (JSON.parse(plain) as ExtraRequest);
}

export interface ExtraRequest {
  headers: [string, string][];
  body: string | null;
}

export function monitorOf(row: MonitorRow): Monitor {
  return {
    id: row.id,
    kind: row.kind,
    url: row.url,
    name: row.name,
    word: row.word,
    wordAbsent: row.wordAbsent,
    method: row.method,
    headerNames: JSON.parse(row.headerNames) as string[],
    hasRequest: row.request !== null,
    interval: row.interval,
    sensitivity: row.sensitivity,
    userAgent: row.userAgent,
    followRedirects: row.followRedirects,
    active: row.active,
    publicHash: row.publicHash,
    certificateDays: row.certificateDays,
    createdAt: row.createdAt,
  };
}
