import type { ClaimedLaunch } from "../../store/launch-queue.ts";
import { unknownScripts } from "../../store/agent.ts";
import type { SystemCtx } from "../context.ts";
import { directivesOf } from "./directives.ts";
import { commandProblem } from "./rules.ts";
import { type Command, COMMANDS } from "./run.ts";

/** What is run where neither the launch, nor its agent, nor its script says so. */
const DEFAULT_COMMAND: Command = "casperjs";

export type Prepared =
  | { ok: true; command: Command; script: { name: string; text: string } }
  /** The launch fails with these words. */
  | { ok: false; reason: string };

/** What a launch is to run, or why it cannot. */
export async function prepareLaunch(
  ctx: Pick<SystemCtx, "db">,
  { launch, script }: ClaimedLaunch,
): Promise<Prepared> {
  if (!script) return { ok: false, reason: "Agent has no associated script" };
  if (/^lib/i.test(script.name)) {
    const reason = `${script.name} is a library: scripts named lib* are required, not launched`;
    return { ok: false, reason };
  }
  const directives = directivesOf(script.text);
  const command = launch.command ?? directives.command ?? DEFAULT_COMMAND;
  if (!isCommand(command)) return { ok: false, reason: `Command ${commandProblem(command)}` };
  if (directives.dependencies.length > 0) {
    const { accountId } = launch;
    const [missing] = await unknownScripts(ctx.db, accountId, directives.dependencies);
    if (missing !== undefined) {
      return { ok: false, reason: `${script.name} depends on ${missing}, which is not there` };
    }
  }
  return { ok: true, command, script };
}

function isCommand(command: string): command is Command {
  return (COMMANDS as readonly string[]).includes(command);
}
