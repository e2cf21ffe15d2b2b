import * as z from "zod";
import {
  createScript,
  deleteScript,
  getScript,
  listScripts,
  MAX_SCRIPT_BYTES,
  type Script,
  type ScriptSummary,
  updateScript,
} from "../../../domain/agent/index.ts";
import { json, route } from "../../kit/index.ts";
import { idOf } from "../ids.ts";
import { ListQuery } from "../wire.ts";

/** Room for the largest text in any notation, bytes. */
const BODY_LIMIT = 4 * MAX_SCRIPT_BYTES;

const ScriptCreate = z.strictObject({ name: z.string(), text: z.string() });
const ScriptPatch = z
  .strictObject({ name: z.string().optional(), text: z.string().optional() })
  .transform(({ name, text }) => ({
    ...(name !== undefined && { name }),
    ...(text !== undefined && { text }),
  }));

/** As lists have it: without its text. */
function fromSummary({ id, name, size, source, createdAt, updatedAt }: ScriptSummary) {
  return {
    id,
    name,
    size,
    source,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  };
}

function fromScript(script: Script) {
  return { ...fromSummary(script), text: script.text };
}

export const scripts = [
  route({
    method: "POST",
    path: "/manage/scripts",
    auth: "key",
    body: ScriptCreate,
    bodyLimit: BODY_LIMIT,
    idempotent: true,
    handle: async (ctx, { body }) =>
      json({ script: fromScript(await createScript(ctx, body)) }, 201),
  }),
  route({
    method: "GET",
    path: "/manage/scripts",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { query }) => {
      const { scripts: page, total } = await listScripts(ctx, query);
      return json({ scripts: page.map(fromSummary), total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/scripts/:id",
    auth: "key",
    handle: async (ctx, { params }) =>
      json({ script: fromScript(await getScript(ctx, idOf(params.id, "Script"))) }),
  }),
  route({
    method: "PATCH",
    path: "/manage/scripts/:id",
    auth: "key",
    body: ScriptPatch,
    bodyLimit: BODY_LIMIT,
    handle: async (ctx, { params, body }) =>
      json({ script: fromScript(await updateScript(ctx, idOf(params.id, "Script"), body)) }),
  }),
  route({
    method: "DELETE",
    path: "/manage/scripts/:id",
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteScript(ctx, idOf(params.id, "Script"));
      return json({ status: "deleted" });
    },
  }),
];
