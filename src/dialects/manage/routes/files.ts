import { deleteFile, openLink, readFile, signLink } from "../../../domain/file/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromFile, fromLink } from "../convert.ts";
import { FileQuery } from "../wire.ts";

const PATH = "/manage/files/:path{.+}";

export const files = [
  route({
    method: "GET",
    path: PATH,
    // A signed link is its own credential.
    auth: "optional",
    query: FileQuery,
    handle: async (ctx, { request, params, query }) => {
      const { path = "" } = params;
      if ("signed" in query) {
        return fromFile(path, await openLink(ctx, { path, ...query.signed }));
      }
      if (query.link !== undefined) {
        const link = await signLink(ctx, { path, seconds: query.link });
        return json({ link: fromLink(link, new URL(request.url).origin) });
      }
      return fromFile(path, await readFile(ctx, { path }));
    },
  }),
  route({
    method: "DELETE",
    path: PATH,
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteFile(ctx, { path: params.path ?? "" });
      return json({ status: "deleted" });
    },
  }),
];
