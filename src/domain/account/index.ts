export { assertAccount, assertCanAct, assertOperator } from "./access.ts";
export { type Account, CREATE_STATUSES, type CreateStatus, type Key } from "./account.ts";
export { addPoints } from "./add-points.ts";
export { confirmEmailChange, startEmailChange } from "./change-email.ts";
export { confirmPasswordChange, startPasswordChange } from "./change-password.ts";
export { areKeysLive, authenticate, forgetKey } from "./authenticate.ts";
export { createAccount, type CreateAccountInput } from "./create-account.ts";
export { createKey, type CreateKeyInput, MAX_KEYS } from "./create-key.ts";
export { findKeyId } from "./find-key.ts";
export { getAccount } from "./get-account.ts";
export { getCreateStatus } from "./get-create-status.ts";
export { getUsage, type UsageReport } from "./get-usage.ts";
export {
  getInvoiceInfo,
  INVOICE_FIELDS,
  type InvoiceInfo,
  replaceInvoiceInfo,
} from "./invoice-info.ts";
export { listKeys } from "./list-keys.ts";
export { revokeKey } from "./revoke-key.ts";
export { signIn, type SignInInput } from "./sign-in.ts";
export { updateAccount, type UpdateAccountInput } from "./update-account.ts";
