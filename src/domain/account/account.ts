import type { AccountRow, KeyRow } from "../../store/account.ts";
import type { KeyScope } from "../../store/schema/account.ts";

/** Statuses that a created session may be answered with. */
export const CREATE_STATUSES = [201, 200] as const;
export type CreateStatus = (typeof CREATE_STATUSES)[number];

/** An account as its owner sees it. Times in milliseconds since the epoch. */
export interface Account {
  id: string;
  email: string;
  /** IANA time zone. */
  tz: string;
  points: number;
  /** When its password last opened it; milliseconds since the epoch, or null: not yet. */
  signedInAt: number | null;
  flybrowserCreateStatus: CreateStatus;
  /** As it was given; null when there is none. */
  craterConfig: Record<string, unknown> | null;
  createdAt: number;
}

/** A key as its owner sees it after the first time: without the key. */
export interface Key {
  id: string;
  name: string;
  /** First characters, to recognize it by. */
  prefix: string;
  scope: KeyScope;
  /** Milliseconds since the epoch, or null: it does not expire. */
  expiresAt: number | null;
  createdAt: number;
}

export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    tz: row.tz,
    points: row.points,
    signedInAt: row.signedInAt,
    flybrowserCreateStatus: row.flybrowserCreateStatus === 200 ? 200 : 201,
    craterConfig:
      row.craterConfig === null ? null : (JSON.parse(row.craterConfig) as Record<string, unknown>),
    createdAt: row.createdAt,
  };
}

export function keyOf({ id, name, prefix, scope, expiresAt, createdAt }: KeyRow): Key {
  return { id, name, prefix, scope, expiresAt, createdAt };
}
