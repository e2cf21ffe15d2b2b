import {
  deleteScript,
  findScriptByName,
  getScript,
  listScripts,
  MAX_SCRIPTS,
  readStoreInfo,
  saveScript,
  saveStoreInfo,
} from "../../../domain/agent/index.ts";
import { route } from "../../kit/index.ts";
import { plain, success } from "../answer.ts";
import { fromScript, textless, toId, toSaveScript, withoutSuffix } from "../convert.ts";
import {
  SCRIPT_BODY_LIMIT,
  ScriptQuery,
  ScriptSave,
  STORE_INFO_BODY_LIMIT,
  StoreInfo,
} from "../wire.ts";

const list = (path: string) =>
  route({
    method: "GET",
    path,
    auth: "key",
    handle: async (ctx) => {
      const { scripts: all } = await listScripts(ctx, { offset: 0, limit: MAX_SCRIPTS });
      return success(all.map(fromScript));
    },
  });

export const scripts = [
  list("/api/v1/scripts.json"),
  list("/api/v1/scripts"),
  route({
    method: "GET",
    path: "/api/v1/script/by-id/json/:id",
    auth: "key",
    query: ScriptQuery,
    handle: async (ctx, { params, query }) => {
      const script = await getScript(ctx, toId(params.id, "Script"));
      return success(fromScript(query.withoutText ? textless(script) : script));
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/script/by-id/raw/:id",
    auth: "key",
    handle: async (ctx, { params }) =>
      plain((await getScript(ctx, toId(params.id, "Script"))).text),
  }),
  route({
    method: "GET",
    path: "/api/v1/script/by-name/json/:name",
    auth: "key",
    query: ScriptQuery,
    handle: async (ctx, { params, query }) => {
      const script = await findScriptByName(ctx, params.name ?? "");
      return success(fromScript(query.withoutText ? textless(script) : script));
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/script/by-name/raw/:name",
    auth: "key",
    handle: async (ctx, { params }) => plain((await findScriptByName(ctx, params.name ?? "")).text),
  }),
  // The first generation's `{id}.json` and `{id}.txt`.
  route({
    method: "GET",
    path: "/api/v1/script/:name",
    auth: "key",
    query: ScriptQuery,
    handle: async (ctx, { params, query }) => {
      const { name = "" } = params;
      const raw = name.endsWith(".txt");
      const id = raw ? name.slice(0, -".txt".length) : withoutSuffix(name);
      const script = await getScript(ctx, toId(id, "Script"));
      if (raw) return plain(script.text);
      return success(fromScript(query.withoutText ? textless(script) : script));
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/script/:name",
    auth: "key",
    body: ScriptSave,
    bodyLimit: SCRIPT_BODY_LIMIT,
    encoding: "either",
    handle: async (ctx, { params, body }) => {
      const { script, created } = await saveScript(ctx, toSaveScript(params.name ?? "", body));
      // A number says that the script is new.
      return success(created ? script.id : null);
    },
  }),
  route({
    method: "DELETE",
    path: "/api/v1/script/:name",
    auth: "key",
    handle: async (ctx, { params }) => {
      const { name = "" } = params;
      const id = withoutSuffix(name);
      const script = /^\d+$/.test(id)
        ? await getScript(ctx, toId(id, "Script"))
        : await findScriptByName(ctx, name);
      await deleteScript(ctx, script.id);
      return success(null);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/store-info/by-name/:name",
    auth: "key",
    handle: async (ctx, { params }) => success(await readStoreInfo(ctx, params.name ?? "")),
  }),
  route({
    method: "POST",
    path: "/api/v1/store-info/by-name/:name",
    auth: "key",
    body: StoreInfo,
    bodyLimit: STORE_INFO_BODY_LIMIT,
    encoding: "either",
    handle: async (ctx, { params, body }) => {
      await saveStoreInfo(ctx, { name: params.name ?? "", ...body });
      return success(null);
    },
  }),
];
