import * as z from "zod";
import { Fault } from "../domain/errors.ts";

/** Where Durable Objects can be asked to live: Cloudflare's location hints. */
export const LOCATION_HINTS = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "oc",
  "afr",
  "me",
] as const;

const flag = z
  .enum(["0", "1"])
  .default("0")
  .transform((value) => value === "1");
const whole = (minimum: number, maximum: number, otherwise: number) =>
  z.coerce.number().int().min(minimum).max(maximum).default(otherwise);

/** Location hints, separated by commas; each once. */
const regionList = (otherwise: string) =>
  z
    .string()
    .default(otherwise)
    .transform((list) => [...new Set(list.split(",").map((region) => region.trim()))])
    .pipe(z.array(z.enum(LOCATION_HINTS)).min(1));

/** Every setting of a deployment: its variable's name, its bounds, its default. */
const Variables = z.object({
  /** Secret, at least 32 characters. Seals secrets at rest and signs links; changing it ends both. */
  SEAL_SECRET: z.string().min(32),
  /** Secret. Opens the operator's routes of /manage; without it nobody can. */
  ADMIN_KEY: z.string().min(32).optional(),
  /** Who may make accounts: anyone, or the operator alone. */
  SIGNUP: z.enum(["open", "closed"]).default("closed"),
  SIGNUPS_PER_HOUR: whole(1, 1_000_000, 10),
  /** Lets tenants reach loopback and private addresses. For local development only. */
  ALLOW_PRIVATE_TARGETS: flag,
  /** Requests a minute that one key may make. */
  RATE_LIMIT_PER_MINUTE: whole(1, 10_000_000, 1000),
  /** Requests that one account may make per day and per month, UTC. */
  DAILY_LIMIT: whole(1, 1_000_000_000, 1_000_000),
  MONTHLY_LIMIT: whole(1, 1_000_000_000, 10_000_000),
  /**
   * Tries in ten minutes, per account and per address, at what a password or a mailed token
   * opens: signing in, and changing the e-mail address or the password.
   */
  PASSWORD_TRIES: whole(1, 1_000_000, 20),
  /** Sender of all mail, an address that the `send_email` binding may use; without it none goes. */
  MAIL_FROM: z.email().optional(),
  /**
   * Requests a minute that one client address may make on the AdsPower paths and the public
   * status pages together; 0 for no limit.
   */
  RATE_LIMIT_PER_IP_PER_MINUTE: whole(0, 10_000_000, 100),
  /** Id of the account whose `/ws` stream is open to all; without it a key is required. */
  PUBLIC_EVENTS_ACCOUNT: z.string().min(1).optional(),
  /** Days that reported events are kept. */
  EVENT_RETENTION_DAYS: whole(1, 3650, 30),
  /** Seconds after which a visit that never ended is closed as failed. */
  VISIT_TIMEOUT: whole(1, 31_536_000, 86_400),
  /** Live sessions of one account. */
  MAX_SESSIONS: whole(1, 100_000, 10),
  /** Browsers of the whole deployment; Browser Rendering allows 120. */
  MAX_BROWSERS: whole(1, 100_000, 120),
  /** Seconds without a command or a watcher after which a session gives its browser back. */
  BROWSER_IDLE: whole(1, 600, 60),
  /** Seconds that a command waits in line for a browser. */
  BROWSER_WAIT: whole(0, 60, 15),
  /** Regions that hold sessions, the leader first. */
  REGIONS: regionList("enam,weur,apac"),
  /** Regions that checks are made from, taking turns. */
  CHECKER_REGIONS: regionList("enam,weur"),
  /** Monitors of one account. */
  MAX_MONITORS: whole(1, 1_000_000, 5000),
  /** Checks a minute of one target host, by the monitors of all accounts. */
  MAX_CHECKS_PER_HOST: whole(1, 1_000_000, 1200),
  /** Points that a new account begins with; one is spent per check. */
  POINTS_AT_SIGNUP: whole(0, 1_000_000_000, 100_000),
  /** Requests a minute of one runner. */
  RUNNER_RATE_LIMIT_PER_MINUTE: whole(1, 10_000_000, 6000),
  /** Seconds without a heartbeat after which a runner is lost. */
  RUNNER_TIMEOUT: whole(60, 86_400, 300),
  /** The same for runners that know no heartbeats: any request is a sign of life. */
  RUNNER_TIMEOUT_LEGACY: whole(60, 31_536_000, 86_400),
  /** Days that experiments are kept after their end, with their results, logs and reports. */
  EXPERIMENT_RETENTION_DAYS: whole(1, 3650, 90),
  /** Launches that run at once in the whole deployment; each holds one of its browsers. */
  MAX_LAUNCHES: whole(1, 100_000, 60),
  /** The same, of one account. */
  MAX_LAUNCHES_PER_ACCOUNT: whole(1, 100_000, 10),
  /** Days that launches are kept after their end, with their consoles and files. */
  LAUNCH_RETENTION_DAYS: whole(1, 3650, 7),
  /** Megabytes of files that the agents of one account may keep. */
  MAX_FILES_MB: whole(1, 10_000_000, 10_000),
  /** Interrupts of the interpreter after which a run is stopped: its share of computing. */
  CPU_BUDGET: whole(1, 1_000_000_000, 1_000_000),
  /** Megabytes of memory that a script may take. */
  SCRIPT_MEMORY_MB: whole(1, 96, 48),
  /** Our own host name, refused as a target; the host a request came to is refused anyway. */
  PUBLIC_HOST: z.string().optional(),
  /** DNS over HTTPS, for names that resolve to private addresses. */
  DOH_URL: z.url().default("https://cloudflare-dns.com/dns-query"),
});

export type Config = z.output<typeof Variables>;

const known = new WeakMap<object, Config>();

/**
 * The settings of this deployment, read once per isolate.
 * @throws Fault UNAVAILABLE that names the settings that are wrong, never their values.
 */
export function configOf(env: object): Config {
  const seen = known.get(env);
  if (seen) return seen;
  const result = Variables.safeParse(env);
  if (!result.success) {
    const names = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))];
    throw new Fault("UNAVAILABLE", `This deployment is not configured: check ${names.join(", ")}.`);
  }
  known.set(env, result.data);
  return result.data;
}
