import { addPoints, createAccount } from "../../../domain/account/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromNewAccount } from "../convert.ts";
import { AccountCreate, PointsAdd } from "../wire.ts";

export const accounts = [
  route({
    method: "POST",
    path: "/manage/accounts",
    auth: "optional",
    body: AccountCreate,
    jsonOnly: true,
    idempotent: true,
    withhold: (answer) => {
      const { id } = (answer as { account: { id: string } }).account;
      return `Account ${id} was made with this Idempotency-Key; its key was shown once.`;
    },
    handle: async (ctx, { body }) => {
      const { email, password, tz } = body;
      const { account, secret } = await createAccount(ctx, {
        email,
        password,
        ...(tz !== undefined && { tz }),
      });
      return json({ account: fromNewAccount(account), api_key: secret }, 201);
    },
  }),
  route({
    method: "POST",
    path: "/manage/accounts/:id/points",
    auth: "operator",
    body: PointsAdd,
    jsonOnly: true,
    handle: async (ctx, { params, body }) => {
      const account = await addPoints(ctx, { accountId: params.id ?? "", points: body.points });
      return json({ account });
    },
  }),
];
