import { assertAccount, assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { assertSessionId } from "./read-sessions.ts";
import type { SessionCommand, SessionResult } from "./session.ts";

/** Commands that only look: a read-only key may give them. Cookies are secrets, so not these. */
const LOOKS: ReadonlySet<SessionCommand["type"]> = new Set([
  "extract",
  "wait_for",
  "screenshot",
  "pdf",
  "content",
  "markdown",
]);

/**
 * Gives a session one command, in its turn. Addresses in it are judged first, so that what is
 * refused wakes no browser.
 * @throws Fault NOT_FOUND, FORBIDDEN, BAD_REQUEST, TIMEOUT, UNAVAILABLE.
 */
export async function commandSession<C extends SessionCommand>(
  ctx: Ctx,
  id: string,
  command: C,
): Promise<SessionResult<C>> {
  const { accountId } = LOOKS.has(command.type) ? assertAccount(ctx) : assertCanAct(ctx);
  assertSessionId(id);
  for (const address of addressesOf(command)) await ctx.ports.guard.assertAllowed(address);
  return ctx.ports.sessions.command(id, accountId, command);
}

function addressesOf(command: SessionCommand): string[] {
  if (command.type === "navigate") return [command.url];
  if (command.type !== "workflow") return [];
  return command.steps.flatMap((step) => (step.action === "goto" ? [step.url] : []));
}
