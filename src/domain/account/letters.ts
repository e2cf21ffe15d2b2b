import type { Letter } from "../ports.ts";

/** What is written to an account's owner. Pure. */

const WITHIN = "It works once, within an hour.";
const NOT_YOU =
  "If that was not you, change your password and revoke the keys that you do not know.";

export interface TokenLetter {
  to: string;
  token: string;
  /** The page whose button confirms. */
  link: string;
}

export function confirmEmailLetter({ to, token, link }: TokenLetter): Letter {
  return {
    to,
    subject: "Confirm your new e-mail address",
    text: `Somebody, we hope you, wants to use this address for an Outrider account.

To confirm it, open this page and press its button:

${link}

or send this token to the API (POST /account/email):

${token}

${WITHIN} If you did not ask for it, do nothing: the address stays as it is.
`,
  };
}

/** To the old address, which cannot stop the change but should know of it. */
export function emailNoticeLetter(to: string, candidate: string): Letter {
  return {
    to,
    subject: "Your e-mail address is about to change",
    text: `Somebody asked to change the e-mail address of your Outrider account from ${to} to ${candidate}. The new address has to confirm it first.

${NOT_YOU}
`,
  };
}

export function confirmPasswordLetter({ to, token, link }: TokenLetter): Letter {
  return {
    to,
    subject: "Confirm your new password",
    text: `Somebody, we hope you, wants to change the password of your Outrider account.

To confirm it, open this page and press its button:

${link}

or send this token to the API (POST /account/password):

${token}

${WITHIN} With the new password all sign-ins and all keys end, but the one that asked for it.
If you did not ask for it, do not confirm it, and revoke the keys that you do not know.
`,
  };
}

export function passwordNoticeLetter(to: string): Letter {
  return {
    to,
    subject: "Your password was changed",
    text: `The password of your Outrider account was changed, and its other keys have ended.

If that was not you, ask whoever runs this deployment for help.
`,
  };
}
