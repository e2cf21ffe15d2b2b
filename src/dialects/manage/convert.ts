import type * as z from "zod";
import type {
  Account,
  CreateKeyInput,
  Key,
  UpdateAccountInput,
  UsageReport,
} from "../../domain/account/index.ts";
import { type FileLink, linkUrl } from "../../domain/file/index.ts";
import type { StoredFile } from "../../domain/ports.ts";
import type { AccountPatch, KeyCreate } from "./wire.ts";

/** Between the wire's spelling and the domain's. Pure. */

/** ISO 8601 in UTC. */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** What is told of an account when it is made. */
export function fromNewAccount(account: Account) {
  const { id, email, tz, createdAt } = account;
  return { id, email, tz, created_at: time(createdAt) };
}

export function fromAccount(account: Account) {
  return {
    id: account.id,
    email: account.email,
    tz: account.tz,
    points: account.points,
    flybrowser_create_status: account.flybrowserCreateStatus,
    crater_config: account.craterConfig,
    created_at: time(account.createdAt),
  };
}

export function toAccountChanges(patch: z.output<typeof AccountPatch>): UpdateAccountInput {
  const { tz, flybrowser_create_status: status, crater_config: config } = patch;
  return {
    ...(tz !== undefined && { tz }),
    ...(status !== undefined && { flybrowserCreateStatus: status }),
    ...(config !== undefined && { craterConfig: config }),
  };
}

export function fromKey(key: Key) {
  const { id, name, prefix, scope, expiresAt, createdAt } = key;
  return {
    id,
    name,
    prefix,
    scope,
    expires_at: expiresAt === null ? null : time(expiresAt),
    created_at: time(createdAt),
  };
}

export function toKeyWishes(request: z.output<typeof KeyCreate>): CreateKeyInput {
  const { name, expires_at: expiresAt, scope } = request;
  return {
    ...(name !== undefined && { name }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(scope !== undefined && { scope }),
  };
}

export function fromUsage(usage: UsageReport) {
  const { day, month, limits, points, cost } = usage;
  return {
    day,
    month,
    limits: {
      requests_per_minute: limits.requestsPerMinute,
      requests_per_day: limits.requestsPerDay,
      requests_per_month: limits.requestsPerMonth,
      sessions: limits.sessions,
    },
    points,
    cost,
  };
}

/** @param origin Ours, as the caller knows it: `https://outrider.example`. */
export function fromLink(link: FileLink, origin: string) {
  return { url: linkUrl(link, origin), expires_at: time(link.expires * 1000) };
}

/** A tenant's file is saved and never shown: it would run as a page of ours. */
export function fromFile(path: string, file: StoredFile): Response {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return new Response(file.body, {
    headers: {
      "content-type": file.contentType,
      "content-length": String(file.size),
      "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${exact}`,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      etag: file.etag,
    },
  });
}
