import * as z from "zod";
import { CREATE_STATUSES } from "../../domain/account/index.ts";
import { integerParameter, slice } from "../kit/index.ts";

/** The requests of wire/manage.md. Unknown fields are refused; the domain checks the rest. */

/** An instant, with `Z` or an offset; in milliseconds since the epoch from here on. */
const instant = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 time, such as 2026-11-21T12:00:00Z" })
  .transform((text) => Date.parse(text));

export const AccountCreate = z.strictObject({
  email: z.string(),
  password: z.string(),
  tz: z.string().optional(),
});

export const AccountPatch = z.strictObject({
  tz: z.string().optional(),
  flybrowser_create_status: z.literal(CREATE_STATUSES, { error: "must be 201 or 200" }).optional(),
  crater_config: z
    .record(z.string(), z.unknown(), { error: "must be a JSON object" })
    .nullable()
    .optional(),
});

export const PointsAdd = z.strictObject({ points: z.number() });

export const KeyCreate = z.strictObject({
  name: z.string().optional(),
  expires_at: instant.nullable().optional(),
  scope: z.enum(["full", "read"], { error: "must be full or read" }).optional(),
});

export const ListQuery = slice({ default: 100, maximum: 1000 }).strict();

/** Seconds: 7 days. */
const MAX_LINK_SECONDS = 604_800;

/**
 * `?link=` asks for a link instead of the file, valid for so many seconds (an hour when it has
 * no value). `account`, `expires` (Unix seconds) and `signature` are what such a link holds.
 */
export const FileQuery = z
  .strictObject({
    link: z
      .literal("")
      .transform(() => 3600)
      .or(integerParameter(1, MAX_LINK_SECONDS))
      .optional(),
    account: z.string().optional(),
    expires: integerParameter(0, Number.MAX_SAFE_INTEGER).optional(),
    signature: z.string().optional(),
  })
  .transform(({ link, account, expires, signature }, check) => {
    const parts = [account, expires, signature];
    if (parts.every((part) => part === undefined)) return { link };
    if (account === undefined || expires === undefined || signature === undefined) {
      check.issues.push({
        code: "custom",
        input: parts,
        path: ["signature"],
        message: "a link has account, expires and signature",
      });
      return z.NEVER;
    }
    return { signed: { account, expires, signature } };
  });
