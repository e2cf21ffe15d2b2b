import { changeAccount, findAccount } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertAccount, assertCanAct } from "./access.ts";
import { assertValid } from "./rules.ts";

/** Whom invoices are made out to, in the words that stand on them. */
const INVOICE_FIELDS = [
  "vat",
  "name",
  "address",
  "city",
  "postal",
  "country",
  "countryType",
] as const;
export type InvoiceInfo = Record<(typeof INVOICE_FIELDS)[number], string>;

const MAX_LENGTH = 200;

/** What was last given; empty texts where nothing was. */
export async function getInvoiceInfo(ctx: Ctx): Promise<InvoiceInfo> {
  const { accountId } = assertAccount(ctx);
  const account = await findAccount(ctx.db, accountId);
  if (!account) throw new Fault("NOT_FOUND", "Account not found");
  const kept = JSON.parse(account.invoiceInfo ?? "{}") as Partial<InvoiceInfo>;
  return whole(kept);
}

/**
 * Replaces all of it: what is left out is empty from then on.
 * @throws Fault BAD_REQUEST that names the fields, FORBIDDEN for a read-only key.
 */
export async function replaceInvoiceInfo(ctx: Ctx, input: Partial<InvoiceInfo>): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const info = whole(input);
  assertValid(Object.fromEntries(INVOICE_FIELDS.map((field) => [field, textProblem(info[field])])));
  await changeAccount(ctx.db, accountId, { invoiceInfo: JSON.stringify(info) });
}

function whole(info: Partial<InvoiceInfo>): InvoiceInfo {
  const { vat = "", name = "", address = "", city = "", postal = "" } = info;
  const { country = "", countryType = "" } = info;
  return { vat, name, address, city, postal, country, countryType };
}

function textProblem(text: string): string | undefined {
  return [...text].length <= MAX_LENGTH && !/\p{Cc}/u.test(text.replace(/\r?\n/g, ""))
    ? undefined
    : `must have at most ${MAX_LENGTH} printable characters`;
}
