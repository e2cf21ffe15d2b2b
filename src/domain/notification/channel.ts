import type { ChannelRow } from "../../store/channel.ts";
import type { ChannelType } from "../../store/schema/notification.ts";

/** Where an account wants to be told. Times in milliseconds since the epoch. */
export interface Channel {
  id: number;
  type: ChannelType;
  name: string;
  /** Masked: the whole of it is never shown. */
  target: string;
  /** Ids of the monitors it is for; null: all. */
  monitors: number[] | null;
  /** Minutes between reminders while a downtime is open; null: none. */
  reminderMinutes: number | null;
  /** After the first message of a downtime, silence about its monitor until the end. */
  quietUntilRecovery: boolean;
  /** Tries in a row to which it did not answer as it should. */
  failures: number;
  /** Left alone until then; null: not at all. */
  heldUntil: number | null;
  createdAt: number;
}

export function channelOf(row: ChannelRow): Channel {
  const { id, type, name, targetMasked, reminderMinutes, quietUntilRecovery } = row;
  const { failures, heldUntil, createdAt } = row;
  return {
    id,
    type,
    name,
    target: targetMasked,
    monitors: monitorsOf(row),
    reminderMinutes,
    quietUntilRecovery,
    failures,
    heldUntil,
    createdAt,
  };
}

function monitorsOf({ monitors }: ChannelRow): number[] | null {
  return monitors === null ? null : (JSON.parse(monitors) as number[]);
}

/**
 * A target as it may be shown. The host says which service it is; the rest of such an address is
 * mostly a key.
 */
export function masked(type: ChannelType, target: string): string {
  if (type === "email") {
    const at = target.lastIndexOf("@");
    return `${target.slice(0, 1)}…${target.slice(at)}`;
  }
  return `${new URL(target).origin}/…`;
}

/** What secrets of channels are sealed for: one account's cannot be opened as another's. */
export const sealedTarget = (accountId: string) => `channel_target:${accountId}`;
export const sealedSecret = (accountId: string) => `channel_secret:${accountId}`;
