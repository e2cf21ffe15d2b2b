import { html } from "hono/html";
import * as z from "zod";
import { route } from "../dialects/kit/index.ts";
import type { Ctx } from "../domain/context.ts";
import { Fault } from "../domain/errors.ts";
import { page } from "./page.ts";

/** The demo signs anybody in who knows this. */
const PASSWORD = "correct horse";

/** A login form to try sessions on: our own host is no target but in local development. */
function assertLocal(ctx: Ctx): void {
  if (!ctx.settings.allowPrivateTargets) throw new Fault("NOT_FOUND", "There is nothing here.");
}

export const demo = [
  route({
    method: "GET",
    path: "/console/demo",
    auth: "open",
    handle: (ctx) => {
      assertLocal(ctx);
      return page(
        "Sign in",
        html`<h1>Sign in</h1>
          <p>A page to practise on. Any e-mail will do; the password is ${PASSWORD}.</p>
          <form method="post" action="/console/demo">
            <label>Email <input type="email" name="email" autocomplete="off" required /></label>
            <label>Password <input type="password" name="password" required /></label>
            <label><input type="checkbox" name="remember" /> Remember me</label>
            <button type="submit">Sign in</button>
          </form>`,
      );
    },
  }),
  route({
    method: "POST",
    path: "/console/demo",
    auth: "open",
    encoding: "form",
    body: z.object({ email: z.string().max(200), password: z.string().max(200) }),
    handle: (ctx, { body }) => {
      assertLocal(ctx);
      if (body.password !== PASSWORD) throw new Fault("FORBIDDEN", "Wrong password.");
      return page(
        "Welcome",
        html`<h1>Welcome</h1>
          <p>You are signed in as ${body.email}.</p>
          <a href="/console/demo">Log out</a>`,
      );
    },
  }),
];
