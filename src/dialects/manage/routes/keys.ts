import { createKey, listKeys, revokeKey } from "../../../domain/account/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromKey, toKeyWishes } from "../convert.ts";
import { KeyCreate, ListQuery } from "../wire.ts";

export const keys = [
  route({
    method: "POST",
    path: "/manage/keys",
    auth: "key",
    body: KeyCreate,
    bodyOptional: true,
    idempotent: true,
    withhold: (answer) => {
      const { id } = (answer as { key: { id: string } }).key;
      return `Key ${id} was made with this Idempotency-Key; it was shown once.`;
    },
    handle: async (ctx, { body }) => {
      const { key, secret } = await createKey(ctx, toKeyWishes(body));
      return json({ key: fromKey(key), api_key: secret }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/manage/keys",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { query }) => {
      const { keys: page, total } = await listKeys(ctx, query);
      return json({ keys: page.map(fromKey), total, ...query });
    },
  }),
  route({
    method: "DELETE",
    path: "/manage/keys/:id",
    auth: "key",
    handle: async (ctx, { params }) => {
      await revokeKey(ctx, { keyId: params.id ?? "" });
      return json({ status: "deleted" });
    },
  }),
];
