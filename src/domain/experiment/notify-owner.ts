import { findAccount } from "../../store/account.ts";
import type { ExperimentRow } from "../../store/experiment.ts";
import type { SystemCtx } from "../context.ts";
import { Fault } from "../errors.ts";
import { CATEGORIES, type Counts } from "./compare.ts";

/** Tells the account by mail that an experiment has ended, where this deployment sends mail. */
export async function notifyOwner(
  ctx: SystemCtx,
  experiment: ExperimentRow,
  counts: Counts,
): Promise<void> {
  const account = await findAccount(ctx.db, experiment.accountId);
  if (!account) return;
  const told = CATEGORIES.filter((category) => counts[category] > 0)
    .map((category) => `${counts[category]} ${category}`)
    .join(", ");
  const { name, status, publicLink } = { ...experiment, publicLink: linkOf(ctx, experiment) };
  const text = [
    `The experiment ${name} is ${status}: ${experiment.done} of ${experiment.crates} crates have all their results.`,
    told === "" ? "No results were sent." : `Compared: ${told}.`,
    ...(publicLink === null ? [] : [`Report: ${publicLink}`]),
  ].join("\n\n");
  try {
    await ctx.ports.mail.send({
      to: account.email,
      subject: `Experiment ${name} is ${status}`,
      text,
      id: `experiment-${experiment.id}-${experiment.round}`,
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // No mail here, or not now: the report and the stream tell it all the same.
    ctx.log.info("experiment_mail_refused", { code: error.code });
  }
}

/** Null where the deployment was not told its own name. */
function linkOf(ctx: SystemCtx, { reportHash }: ExperimentRow): string | null {
  const { publicHost } = ctx.settings;
  return publicHost === null ? null : `https://${publicHost}/console/reports/${reportHash}`;
}
