import { z } from "zod";

/**
 * The requests of wire/agentslug.md, in its own spelling. Unknown fields are ignored. A refusal
 * reads `<field> not valid <what>`, as in the document's `url not valid web url`.
 */

const text = z.string({ error: "not valid text" });

export const TokenCreate = z.object({ login: text, password: text });

export const EmailChange = z.object({ email: z.string({ error: "not valid e-mail address" }) });

export const PasswordChange = z.object({ password: text });

export const Confirmation = z.object({ token: text });

/** Replaces what was there: a field left out is empty from then on. */
export const InvoiceInfo = z.object({
  vat: text.nullish(),
  name: text.nullish(),
  address: text.nullish(),
  city: text.nullish(),
  postal: text.nullish(),
  country: text.nullish(),
  countryType: text.nullish(),
});
