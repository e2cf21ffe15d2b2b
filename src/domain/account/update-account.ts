import { type AccountChanges, changeAccount } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertCanAct } from "./access.ts";
import { type Account, accountOf, CREATE_STATUSES, type CreateStatus } from "./account.ts";
import { getAccount } from "./get-account.ts";
import { assertValid, timeZoneProblem } from "./rules.ts";

/** What is absent stays as it is. */
export interface UpdateAccountInput {
  /** IANA time zone. */
  tz?: string;
  flybrowserCreateStatus?: CreateStatus;
  /** At most 64 KB of JSON; null removes it. */
  craterConfig?: Record<string, unknown> | null;
}

const MAX_CONFIG_BYTES = 64 * 1024;

/**
 * Changes settings of the account that asks.
 * @throws Fault BAD_REQUEST that names the fields, FORBIDDEN for a read-only key.
 */
export async function updateAccount(ctx: Ctx, input: UpdateAccountInput): Promise<Account> {
  const { accountId } = assertCanAct(ctx);
  const config = input.craterConfig && JSON.stringify(input.craterConfig);
  const { tz, flybrowserCreateStatus: status } = input;
  assertValid({
    tz: tz === undefined ? undefined : timeZoneProblem(tz),
    flybrowser_create_status:
      status === undefined || CREATE_STATUSES.includes(status) ? undefined : "must be 201 or 200",
    crater_config:
      config && new TextEncoder().encode(config).byteLength > MAX_CONFIG_BYTES
        ? `must be at most ${MAX_CONFIG_BYTES} bytes of JSON`
        : undefined,
  });
  const changes: AccountChanges = {
    ...(tz !== undefined && { tz }),
    ...(status !== undefined && { flybrowserCreateStatus: status }),
    ...(config !== undefined && { craterConfig: config }),
  };
  if (Object.keys(changes).length === 0) return getAccount(ctx);
  const row = await changeAccount(ctx.db, accountId, changes);
  if (!row) throw new Fault("NOT_FOUND", "Account not found");
  return accountOf(row);
}
