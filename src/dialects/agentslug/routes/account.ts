import {
  confirmEmailChange,
  confirmPasswordChange,
  getAccount,
  getInvoiceInfo,
  getUsage,
  replaceInvoiceInfo,
  startEmailChange,
  startPasswordChange,
} from "../../../domain/account/index.ts";
import { listBilling } from "../../../domain/monitor/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromAccount, fromUsage, toInvoiceInfo } from "../convert.ts";
import { fromBilling, toMonth } from "../monitors.ts";
import { BillingMonth, Confirmation, EmailChange, InvoiceInfo, PasswordChange } from "../wire.ts";

export const account = [
  route({
    method: "GET",
    path: "/account",
    auth: "key",
    handle: async (ctx) => json({ User: fromAccount(await getAccount(ctx)) }),
  }),
  route({
    method: "GET",
    path: "/account/apiUsage",
    auth: "key",
    handle: async (ctx) => json({ apiUsage: fromUsage(await getUsage(ctx)) }),
  }),
  route({
    method: "GET",
    path: "/account/billing",
    auth: "key",
    query: BillingMonth,
    // The document's example has one object where it means one per hour and type.
    handle: async (ctx, { query }) => {
      const rows = await listBilling(ctx, toMonth(query, ctx.now()));
      return json({ apiUsage: rows.map(fromBilling) });
    },
  }),
  route({
    method: "PUT",
    path: "/account/email",
    auth: "key",
    body: EmailChange,
    handle: async (ctx, { request, body }) => {
      const { origin } = new URL(request.url);
      await startEmailChange(ctx, { email: body.email, origin });
      return json({ msg: "Procedure started" }, 201);
    },
  }),
  route({
    method: "POST",
    path: "/account/email",
    auth: "key",
    body: Confirmation,
    handle: async (ctx, { body }) => {
      await confirmEmailChange(ctx, body);
      return json({ msg: "Email changed" });
    },
  }),
  route({
    method: "PUT",
    path: "/account/password",
    auth: "key",
    body: PasswordChange,
    handle: async (ctx, { request, body }) => {
      const { origin } = new URL(request.url);
      await startPasswordChange(ctx, { password: body.password, origin });
      return json({ msg: "Procedure started" }, 201);
    },
  }),
  route({
    method: "POST",
    path: "/account/password",
    auth: "key",
    body: Confirmation,
    handle: async (ctx, { body }) => {
      await confirmPasswordChange(ctx, body);
      return json({ msg: "Password changed" });
    },
  }),
  route({
    method: "GET",
    path: "/account/invoiceInfo",
    auth: "key",
    handle: async (ctx) => json({ InvoiceInfo: await getInvoiceInfo(ctx) }),
  }),
  route({
    method: "PUT",
    path: "/account/invoiceInfo",
    auth: "key",
    body: InvoiceInfo,
    handle: async (ctx, { body }) => {
      await replaceInvoiceInfo(ctx, toInvoiceInfo(body));
      return json({ msg: "Updated!" });
    },
  }),
];
