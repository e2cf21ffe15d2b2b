import { Fault } from "../domain/errors.ts";
import type { Mail } from "../domain/ports.ts";

export interface MailOptions {
  /** The `send_email` binding; absent where the deployment has none. */
  binding: SendEmail | undefined;
  /** Sender's address; absent where none is set. */
  from: string | undefined;
}

const SENDER_NAME = "Outrider";
/** RFC 5322 allows 998 characters a line; a subject has no need of them. */
const MAX_SUBJECT_LENGTH = 200;

/** Mail over the platform's `send_email`. */
export function createMail({ binding, from }: MailOptions): Mail {
  function ready(): { binding: SendEmail; from: string } {
    if (!binding) throw refusal("it has no send_email binding named EMAIL");
    if (from === undefined) throw refusal("MAIL_FROM is not set");
    return { binding, from };
  }

  return {
    assertReady() {
      ready();
    },
    async send({ to, subject, text, html, id }) {
      const sender = ready();
      try {
        await sender.binding.send({
          from: { name: SENDER_NAME, email: sender.from },
          to,
          subject: oneLine(subject),
          text,
          ...(html !== undefined && { html }),
          ...(id !== undefined && { headers: { "X-Outrider-Notification": id } }),
        });
      } catch (error) {
        // The platform's reason names the address at most: the sender's own, or the one given.
        const reason = error instanceof Error ? error.message : "unknown";
        throw new Fault("UNAVAILABLE", `The mail could not be sent: ${oneLine(reason)}`);
      }
    },
  };
}

function refusal(reason: string): Fault {
  return new Fault("UNAVAILABLE", `This deployment cannot send mail: ${reason}.`);
}

/** A line break in a header would begin another one. */
function oneLine(text: string): string {
  return text
    .replace(/\p{C}+/gu, " ")
    .trim()
    .slice(0, MAX_SUBJECT_LENGTH);
}
