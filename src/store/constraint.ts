/**
 * Whether a write failed because a row with the same value is there already.
 * @param column As SQLite names it: `accounts.email`.
 */
export function violatesUnique(error: unknown, column: string): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes(`UNIQUE constraint failed: ${column}`)) return true;
  }
  return false;
}
