import { findAccount } from "../../store/account.ts";
import type { ExperimentRow } from "../../store/experiment.ts";
import { putOffLetter } from "../../store/experiment-report.ts";
import type { SystemCtx } from "../context.ts";
import { Fault } from "../errors.ts";
import { newsOf } from "./news.ts";

const TRIED_EVERY_MS = 15 * 60_000;
/** A letter that is not taken for so long is given up. */
const TRIED_FOR_MS = 24 * 3_600_000;

/**
 * Writes to the owner of an experiment that has ended, whose account has no channel that would
 * tell it: once, unless we die between the letter's taking and our note of it.
 */
export async function writeOwner(ctx: SystemCtx, experiment: ExperimentRow): Promise<void> {
  const { id, accountId, round } = experiment;
  const account = await findAccount(ctx.db, accountId);
  const { title: subject, text } = newsOf(experiment, ctx.settings.publicHost);
  let againAt: number | null = null;
  try {
    if (account) {
      ctx.ports.mail.assertReady();
      againAt = ctx.now() + TRIED_EVERY_MS;
      const letter = { to: account.email, subject, text, id: `experiment-${id}-${round}` };
      await ctx.ports.mail.send(letter);
      againAt = null;
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // The report and the stream tell it all the same.
    ctx.log.info("experiment_mail_refused", { code: error.code });
    if (ctx.now() - (experiment.reportedAt ?? 0) > TRIED_FOR_MS) againAt = null;
  }
  await putOffLetter(ctx.db, experiment, againAt);
}
