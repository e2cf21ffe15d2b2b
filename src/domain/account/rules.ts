import { Fault } from "../errors.ts";

/** Field name → why its value is refused; undefined where nothing is wrong. */
type Findings = Record<string, string | undefined>;

/**
 * Refuses an input of which any field was found wrong.
 * @throws Fault BAD_REQUEST whose `fields` name them all.
 */
export function assertValid(findings: Findings): void {
  const fields: Record<string, string> = {};
  for (const [name, reason] of Object.entries(findings)) {
    if (reason !== undefined) fields[name] = reason;
  }
  const named = Object.entries(fields).map(([name, reason]) => `${name}: ${reason}`);
  if (named.length > 0) throw new Fault("BAD_REQUEST", named.join("; "), { fields });
}

const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_PART_LENGTH = 64;
const EMAIL =
  /^[^\s@\p{C}"(),:;<>[\\\]]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]*$/u;

/** Plain addresses of RFC 5321's lengths; quoted local parts and bare hosts are no use here. */
export function emailProblem(email: string): string | undefined {
  const fits = email.length <= MAX_EMAIL_LENGTH && email.indexOf("@") <= MAX_LOCAL_PART_LENGTH;
  return fits && EMAIL.test(email) ? undefined : "must be an e-mail address";
}

/** Long enough to be worth something, short enough to be hashed without harm. */
export function passwordProblem(password: string): string | undefined {
  const length = [...password].length;
  return length >= 8 && length <= 200 ? undefined : "must have 8 to 200 characters";
}

/** Names of the IANA data base only: an offset such as `+01:00` does not follow summer time. */
export function timeZoneProblem(tz: string): string | undefined {
  const problem = "must be an IANA time zone, such as Europe/Paris";
  if (!/^[A-Za-z]/.test(tz)) return problem;
  try {
    new Intl.DateTimeFormat("en", { timeZone: tz }).format(0);
    return undefined;
  } catch {
    return problem;
  }
}

export function keyNameProblem(name: string): string | undefined {
  const length = [...name].length;
  return length >= 1 && length <= 100 && !/\p{C}/u.test(name)
    ? undefined
    : "must have 1 to 100 printable characters";
}

/** @param expiresAt Milliseconds since the epoch, as `now` is. */
export function expiryProblem(expiresAt: number, now: number): string | undefined {
  return expiresAt > now ? undefined : "must be in the future";
}
