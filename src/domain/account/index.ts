export { assertAccount, assertCanAct, assertOperator } from "./access.ts";
export { areKeysLive, authenticate, forgetKey } from "./authenticate.ts";
export { fingerprintKey, newKey, type KeyFingerprint } from "./key.ts";
export { hashPassword, verifyPassword } from "./password.ts";
