import { Fault } from "../domain/errors.ts";
import type { Files } from "../domain/ports.ts";

const MAX_PATH_LENGTH = 512;
/** What R2 lists, and deletes, in one call. */
const PAGE = 1000;

/** Tenants' files in one bucket, each account's below its own id. */
export function createFiles(bucket: R2Bucket): Files {
  async function size(account: string, path: string): Promise<number | null> {
    return (await bucket.head(keyOf(account, path)))?.size ?? null;
  }
  async function has(account: string, path: string): Promise<boolean> {
    return (await size(account, path)) !== null;
  }
  return {
    async put(account, path, body, contentType) {
      await bucket.put(keyOf(account, path), body, { httpMetadata: { contentType } });
    },
    async get(account, path) {
      const object = await bucket.get(keyOf(account, path));
      return (
        object && {
          body: object.body as ReadableStream<Uint8Array>,
          size: object.size,
          contentType: object.httpMetadata?.contentType ?? "application/octet-stream",
          etag: object.httpEtag,
        }
      );
    },
    has,
    size,
    async remove(account, path) {
      // Deleting says nothing about what was there.
      const there = await has(account, path);
      if (there) await bucket.delete(keyOf(account, path));
      return there;
    },
    async removeFolder(account, folder, pages = Infinity) {
      if (!folder.endsWith("/")) throw badPath("a folder's path ends in /");
      const prefix = `${keyOf(account, folder.slice(0, -1))}/`;
      for (let page = 0; page < pages; page += 1) {
        const { objects, truncated } = await bucket.list({ prefix, limit: PAGE });
        if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
        if (!truncated) return true;
      }
      return false;
    },
  };
}

/** One file has one spelling, and none leads out of the account's folder. */
function keyOf(account: string, path: string): string {
  if (path.length > MAX_PATH_LENGTH) throw badPath(`longer than ${MAX_PATH_LENGTH} characters`);
  if (/\p{Cc}/u.test(path)) throw badPath("control characters");
  if (path.split("/").some((segment) => segment === "" || segment === "." || segment === "..")) {
    throw badPath("an empty, . or .. segment");
  }
  return `${account}/${path}`;
}

function badPath(reason: string): Fault {
  return new Fault("BAD_REQUEST", `The file's path is not valid: ${reason}.`, {
    fields: { path: reason },
  });
}
