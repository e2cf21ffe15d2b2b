import { customAlphabet } from "nanoid";
import type { KeyRow } from "../../store/account.ts";
import type { KeyScope } from "../../store/schema/account.ts";
import { fingerprintKey, newKey } from "./key.ts";

const randomId = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 24);

export interface KeyWishes {
  accountId: string;
  name: string;
  scope: KeyScope;
  expiresAt: number | null;
  createdAt: number;
}

/** An id that says what it names, such as `key_…`. */
export function newId(kind: "acct" | "key"): string {
  return `${kind}_${randomId()}`;
}

/**
 * Makes a key and stores it.
 * @param insert False when another key has the same first characters (one in 2^47): then another
 * one is made.
 * @returns The stored row, and the key itself, which is not kept.
 */
export async function storeNewKey(
  wishes: KeyWishes,
  insert: (row: KeyRow) => Promise<boolean>,
): Promise<{ row: KeyRow; secret: string }> {
  for (;;) {
    const secret = newKey();
    const row = { id: newId("key"), ...wishes, ...(await fingerprintKey(secret)) };
    if (await insert(row)) return { row, secret };
  }
}
