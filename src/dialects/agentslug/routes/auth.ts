import { findKeyId, listKeys, MAX_KEYS, revokeKey, signIn } from "../../../domain/account/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromKey, fromToken } from "../convert.ts";
import { TokenCreate } from "../wire.ts";

export const auth = [
  route({
    method: "GET",
    path: "/auth/tokens",
    auth: "key",
    handle: async (ctx) => {
      const { keys } = await listKeys(ctx, { offset: 0, limit: MAX_KEYS });
      return json({ Tokens: keys.map(fromKey) });
    },
  }),
  route({
    method: "POST",
    path: "/auth/tokens",
    // Login and password are the credential.
    auth: "open",
    body: TokenCreate,
    handle: async (ctx, { body }) => {
      const { login: email, password } = body;
      const { key, secret } = await signIn(ctx, { email, password });
      return json({ Token: fromToken(secret, key.expiresAt) }, 201);
    },
  }),
  route({
    method: "DELETE",
    path: "/auth/tokens/:tokenID",
    auth: "key",
    handle: async (ctx, { params }) => {
      await revokeKey(ctx, { keyId: await findKeyId(ctx, params.tokenID ?? "") });
      return json({ msg: "Deleted" });
    },
  }),
];
