import { getAccount, updateAccount } from "../../../domain/account/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromAccount, toAccountChanges } from "../convert.ts";
import { AccountPatch } from "../wire.ts";

/** Room for the largest `crater_config` in any notation, bytes. */
const MAX_PATCH_BYTES = 256 * 1024;

export const account = [
  route({
    method: "GET",
    path: "/manage/account",
    auth: "key",
    handle: async (ctx) => json({ account: fromAccount(await getAccount(ctx)) }),
  }),
  route({
    method: "PATCH",
    path: "/manage/account",
    auth: "key",
    body: AccountPatch,
    bodyLimit: MAX_PATCH_BYTES,
    jsonOnly: true,
    handle: async (ctx, { body }) => {
      const changed = await updateAccount(ctx, toAccountChanges(body));
      return json({ account: fromAccount(changed) });
    },
  }),
];
