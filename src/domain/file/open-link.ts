import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { StoredFile } from "../ports.ts";
import { type FileLink, LINK_PURPOSE, signedText } from "./link.ts";

/**
 * The file that a signed link leads to. The signature is the credential: nobody else need ask.
 * @throws Fault FORBIDDEN when the link was not signed here or its time is over, NOT_FOUND when
 * the file is gone.
 */
export async function openLink(ctx: Ctx, link: FileLink): Promise<StoredFile> {
  const { files, seal } = ctx.ports;
  const genuine = await seal.verify(LINK_PURPOSE, signedText(link), link.signature);
  if (!genuine || link.expires * 1000 <= ctx.now()) {
    throw new Fault("FORBIDDEN", "This link is not valid, or its time is over.");
  }
  const file = await files.get(link.account, link.path);
  if (!file) throw new Fault("NOT_FOUND", "File not found");
  return file;
}
