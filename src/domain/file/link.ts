import type { SystemCtx } from "../context.ts";

/** What a link to a file proves by its signature. */
export interface FileLink {
  account: string;
  path: string;
  /** Unix seconds. */
  expires: number;
  signature: string;
}

/** Keeps these signatures apart from all others. */
export const LINK_PURPOSE = "file-link";

/** What is signed. A path holds no line break, so two links never sign the same text. */
export function signedText({ account, path, expires }: Omit<FileLink, "signature">): string {
  return `${account}\n${expires}\n${path}`;
}

/** A link to a file, whether there is one at the path or not. */
export async function newLink(
  ctx: Pick<SystemCtx, "ports" | "now">,
  { account, path, seconds }: { account: string; path: string; seconds: number },
): Promise<FileLink> {
  const link = { account, path, expires: Math.ceil(ctx.now() / 1000) + seconds };
  const signature = await ctx.ports.seal.fingerprint(LINK_PURPOSE, signedText(link));
  return { ...link, signature };
}

/** @param origin Ours, as the caller knows it: `https://outrider.example`. */
export function linkUrl({ account, path, expires, signature }: FileLink, origin: string): string {
  const query = new URLSearchParams({ account, expires: String(expires), signature });
  return `${origin}/manage/files/${encodedPath(path)}?${query}`;
}

/** A file's path as it stands in an address. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
