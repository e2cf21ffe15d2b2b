import { customAlphabet } from "nanoid";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Files, ScreenshotOptions, StoredFile } from "../ports.ts";
import { assertSessionId } from "./read-sessions.ts";

const newScreenshotId = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 16);

/** Where a session keeps its files, below its account's folder. */
export function sessionFolder(sessionId: string): string {
  return `sessions/${sessionId}/`;
}

/** Keeps a picture until its session ends. Resolves with its id, `shot_<id>.<format>`. */
export async function storeScreenshot(
  files: Files,
  accountId: string,
  sessionId: string,
  bytes: Uint8Array,
  format: ScreenshotOptions["format"],
): Promise<string> {
  const id = `shot_${newScreenshotId()}.${format}`;
  await files.put(accountId, `${sessionFolder(sessionId)}${id}`, bytes, `image/${format}`);
  return id;
}

/** Null for an unknown id, and for anything that is not an id. */
async function readScreenshot(
  files: Files,
  accountId: string,
  sessionId: string,
  id: string,
): Promise<StoredFile | null> {
  if (!/^shot_[0-9a-z]{16}\.(?:png|jpeg|webp)$/.test(id)) return null;
  return files.get(accountId, `${sessionFolder(sessionId)}${id}`);
}

/** {@link storeScreenshot} for the caller's own session. */
export async function keepScreenshot(
  ctx: Ctx,
  sessionId: string,
  bytes: Uint8Array,
  format: ScreenshotOptions["format"],
): Promise<string> {
  const { accountId } = assertAccount(ctx);
  return storeScreenshot(ctx.ports.files, accountId, sessionId, bytes, format);
}

/** @throws Fault NOT_FOUND for an unknown picture, or another account's. */
export async function openScreenshot(ctx: Ctx, sessionId: string, id: string): Promise<StoredFile> {
  const { accountId } = assertAccount(ctx);
  assertSessionId(sessionId);
  const picture = await readScreenshot(ctx.ports.files, accountId, sessionId, id);
  if (!picture) throw new Fault("NOT_FOUND", "Screenshot not found");
  return picture;
}
