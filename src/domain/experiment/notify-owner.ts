import { findAccount } from "../../store/account.ts";
import type { ExperimentRow } from "../../store/experiment.ts";
import type { SystemCtx } from "../context.ts";
import { Fault } from "../errors.ts";
import { announce } from "../notification/index.ts";
import { CATEGORIES, type Counts } from "./compare.ts";

/**
 * Tells the account that an experiment has ended: through its channels, or by mail where it has
 * none that hear of everything.
 */
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
  const id = `experiment-${experiment.id}-${experiment.round}`;
  const title = `Experiment ${name} is ${status}`;
  const mood = counts.regressed > 0 ? "bad" : "neutral";
  const at = experiment.completedAt ?? ctx.now();
  const news = { id, event: "experiment.ended" as const, at, title, text, mood } as const;
  if ((await announce(ctx, account.id, news)) > 0) return;
  try {
    await ctx.ports.mail.send({ to: account.email, subject: title, text, id });
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
