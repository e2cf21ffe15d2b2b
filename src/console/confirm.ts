import { html } from "hono/html";
import * as z from "zod";
import { route } from "../dialects/kit/index.ts";
import { confirmEmailChange, confirmPasswordChange } from "../domain/account/index.ts";
import type { Ctx } from "../domain/context.ts";
import { page } from "./page.ts";

/** What a mailed link confirms. Opening it changes nothing: mail readers open links by themselves. */
const CHANGES = [
  {
    path: "/console/confirm/email",
    title: "Confirm your e-mail address",
    explanation: "From then on, your account goes by this address.",
    button: "Use this address",
    done: "Your e-mail address was changed",
    confirm: (ctx: Ctx, token: string) => confirmEmailChange(ctx, { token }),
  },
  {
    path: "/console/confirm/password",
    title: "Confirm your new password",
    explanation:
      "From then on, the new password counts, and all sign-ins and keys end but the one that asked for it.",
    button: "Use the new password",
    done: "Your password was changed",
    confirm: (ctx: Ctx, token: string) => confirmPasswordChange(ctx, { token }),
  },
];

const Token = z.object({ token: z.string().min(1).max(200) });

export const confirm = CHANGES.flatMap((change) => [
  route({
    method: "GET",
    path: change.path,
    auth: "open",
    query: Token,
    handle: (_ctx, { query }) =>
      page(
        change.title,
        html`<h1>${change.title}</h1>
          <p>${change.explanation}</p>
          <form method="post" action="${change.path}">
            <input type="hidden" name="token" value="${query.token}" />
            <button type="submit">${change.button}</button>
          </form>
          <p>If you did not ask for this, close this page: nothing changes.</p>`,
      ),
  }),
  route({
    method: "POST",
    path: change.path,
    auth: "open",
    encoding: "form",
    body: Token,
    handle: async (ctx, { body }) => {
      await change.confirm(ctx, body.token);
      return page(
        change.done,
        html`<h1>${change.done}</h1>
          <p>You can close this page.</p>`,
      );
    },
  }),
]);
