import { customAlphabet } from "nanoid";
import type { Telemetry } from "./port.ts";
import type { ReportBatch } from "./telemetry.ts";

const randomPart = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 12);
const TIME_DIGITS = 9;

/** An id that sorts by the time it was made at, so that old ones leave as a range. */
export function newBatchId(now: number): string {
  return batchIdsUntil(now) + randomPart();
}

/** A text that every batch id made before `at` sorts before. */
export function batchIdsUntil(at: number): string {
  return at.toString(36).padStart(TIME_DIGITS, "0");
}

/**
 * The one way in which everything hosted here tells the account's hub what it does. Safe to
 * repeat: the hub takes a batch once. Rejects when the hub did not take it.
 */
export function report(
  deps: { telemetry: Telemetry },
  accountId: string,
  batch: ReportBatch,
): Promise<void> {
  return deps.telemetry.report(accountId, batch);
}
