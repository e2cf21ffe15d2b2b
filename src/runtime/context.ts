import { authenticate } from "../domain/account/index.ts";
import type { Actor, Ctx, Log, Settings, SystemCtx } from "../domain/context.ts";
import { authenticateRunner, isToken } from "../domain/experiment/index.ts";
import type { Prober } from "../domain/monitor/probe.ts";
import type { Language } from "../domain/page.ts";
import type { BrowserLauncher, Guard, Ports, Seal } from "../domain/ports.ts";
import { createLanguage } from "../language/index.ts";
import { createLiveAgents } from "../platform/agents.ts";
import { browserAnswers } from "../platform/browser/answers.ts";
import { createBrowserLauncher } from "../platform/browser/index.ts";
import { createCheckers } from "../platform/checkers.ts";
import { createFiles } from "../platform/files.ts";
import { createGuard } from "../platform/guard.ts";
import { createJobs } from "../platform/jobs.ts";
import { createLiveLaunches } from "../platform/launches.ts";
import { createMail } from "../platform/mail.ts";
import { createMeter } from "../platform/meter.ts";
import { createProber } from "../platform/prober/index.ts";
import { createRegions } from "../platform/regions.ts";
import { createSeal } from "../platform/seal.ts";
import { createLiveSessions } from "../platform/sessions.ts";
import { createMonitorShards } from "../platform/shards.ts";
import { createTelemetry } from "../platform/telemetry.ts";
import { createWebhooks } from "../platform/webhooks.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { type Config, configOf } from "./config.ts";
import { createLog } from "./log.ts";

/** What lives as long as the isolate, made once per `Env`. */
export interface Platform {
  config: Config;
  settings: Settings;
  db: Database;
  seal: Seal;
  /** A guard that refuses our own host too, whatever name we were called by. */
  guardFor: (host: string | null) => Guard;
  ports: Omit<Ports, "guard">;
}

/** Host names are the caller's to choose, so what is kept of them is bounded. */
const MAX_GUARDS = 100;

const known = new WeakMap<object, Platform>();

/** Turns bindings into ports. */
export function platformOf(env: Env): Platform {
  const seen = known.get(env);
  if (seen) return seen;
  const config = configOf(env);
  const seal = createSeal(config.SEAL_SECRET);
  const platform: Platform = {
    config,
    settings: {
      signup: config.SIGNUP,
      maxSessions: config.MAX_SESSIONS,
      regions: config.REGIONS,
      rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
      rateLimitPerAddress: config.RATE_LIMIT_PER_IP_PER_MINUTE,
      publicEventsAccount: config.PUBLIC_EVENTS_ACCOUNT ?? null,
      signupsPerHour: config.SIGNUPS_PER_HOUR,
      dailyLimit: config.DAILY_LIMIT,
      monthlyLimit: config.MONTHLY_LIMIT,
      passwordTries: config.PASSWORD_TRIES,
      publicHost: config.PUBLIC_HOST ?? null,
      allowPrivateTargets: config.ALLOW_PRIVATE_TARGETS,
      checkerRegions: config.CHECKER_REGIONS,
      maxMonitors: config.MAX_MONITORS,
      hostChecksPerMinute: config.MAX_CHECKS_PER_HOST,
      pointsAtSignup: config.POINTS_AT_SIGNUP,
      runnerRateLimit: config.RUNNER_RATE_LIMIT_PER_MINUTE,
      runnerTimeoutMs: config.RUNNER_TIMEOUT * 1000,
      runnerTimeoutLegacyMs: config.RUNNER_TIMEOUT_LEGACY * 1000,
      experimentRetentionMs: config.EXPERIMENT_RETENTION_DAYS * 86_400_000,
      maxLaunches: config.MAX_LAUNCHES,
      maxLaunchesPerAccount: config.MAX_LAUNCHES_PER_ACCOUNT,
      launchRetentionMs: config.LAUNCH_RETENTION_DAYS * 86_400_000,
      maxFileBytes: config.MAX_FILES_MB * 1_000_000,
      version: env.VERSION.id,
    },
    db: openDatabase(env.DB),
    seal,
    guardFor: guardsOf(config),
    ports: {
      meter: createMeter({ namespace: env.METER }),
      sessions: createLiveSessions(env.SESSION),
      telemetry: createTelemetry(env.HUB),
      shards: createMonitorShards(env.MONITOR),
      checkers: createCheckers(env.CHECKER),
      jobs: createJobs({
        checks: env.CHECKS,
        notify: env.NOTIFICATIONS,
        report: env.UPKEEP,
        launch: env.LAUNCHES,
      }),
      agents: createLiveAgents(env.AGENT),
      launches: createLiveLaunches(env.LAUNCH),
      seal,
      files: createFiles(env.FILES),
      regions: createRegions(env.SESSION),
      // A deployment may go without it; the generated types cannot say so.
      mail: createMail({ binding: env.EMAIL as SendEmail | undefined, from: config.MAIL_FROM }),
      webhooks: createWebhooks(),
    },
  };
  known.set(env, platform);
  return platform;
}

/** One guard per name that we are called by, so that each keeps what it resolved. */
function guardsOf(config: Config): (host: string | null) => Guard {
  const guards = new Map<string | null, Guard>();
  return (host) => {
    const seen = guards.get(host);
    if (seen) return seen;
    if (guards.size >= MAX_GUARDS) guards.clear();
    const guard = createGuard({
      allowPrivate: config.ALLOW_PRIVATE_TARGETS,
      ownHosts: [config.PUBLIC_HOST, host].filter((name) => name !== undefined && name !== null),
      dohUrl: config.DOH_URL,
    });
    guards.set(host, guard);
    return guard;
  };
}

/** A context for one request, its actor not yet known. */
export function contextFor(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  request: Request,
  requestId: string,
): Ctx {
  const platform = platformOf(env);
  return {
    actor: { type: "anonymous", address: request.headers.get("cf-connecting-ip") ?? "local" },
    origin: new URL(request.url).origin,
    db: platform.db,
    ports: { ...platform.ports, guard: platform.guardFor(new URL(request.url).hostname) },
    settings: platform.settings,
    now: Date.now,
    defer: (work) => execution.waitUntil(work),
    log: createLog({ request_id: requestId }),
  };
}

/** A context for work that nobody asked for: the clock's and the queues'. */
export function systemContext(
  env: Env,
  fields: Record<string, unknown>,
  host: string | null = null,
): SystemCtx {
  const { db, ports, guardFor, settings } = platformOf(env);
  const guard = guardFor(host);
  return { db, ports: { ...ports, guard }, settings, now: Date.now, log: createLog(fields) };
}

/** The actor that a credential opens: the operator's key, an account's, or a runner's token. */
export async function identify(
  env: Env,
  ctx: Ctx,
  credential: string,
  fresh: boolean,
): Promise<Actor | null> {
  if (isToken(credential)) return authenticateRunner({ db: ctx.db }, credential);
  const actor = await authenticate({ db: ctx.db, now: ctx.now }, credential, { fresh });
  if (actor) return actor;
  const { config, seal } = platformOf(env);
  if (config.ADMIN_KEY === undefined) return null;
  // Compared by fingerprint, so that the time it takes tells nothing.
  const expected = await seal.fingerprint("operator", config.ADMIN_KEY);
  return (await seal.verify("operator", credential, expected)) ? { type: "operator" } : null;
}

/** What the objects work with. */
export interface ObjectContext {
  config: Config;
  db: Database;
  seal: Seal;
  files: Ports["files"];
  telemetry: Ports["telemetry"];
  jobs: Ports["jobs"];
  log: Log;
  language: Language;
  /** What the system works with, for work that is kept from our own host as well. */
  systemFor: (host: string | null) => SystemCtx;
  /** A launcher whose browsers are kept from our own host. */
  launcherFor: (host: string) => BrowserLauncher;
  browserAnswers: () => Promise<boolean>;
  /** A prober for one invocation. */
  newProber: () => Prober;
}

/** The objects' share of the composition. */
export function objectContext(env: Env): ObjectContext {
  const platform = platformOf(env);
  const { config, db, seal, ports } = platform;
  return {
    config,
    db,
    seal,
    files: ports.files,
    telemetry: ports.telemetry,
    jobs: ports.jobs,
    log: createLog({}),
    language: createLanguage(),
    systemFor: (host) => systemContext(env, {}, host),
    launcherFor: (host) =>
      createBrowserLauncher({
        binding: env.BROWSER,
        guard: platform.guardFor(host),
        allowPrivate: config.ALLOW_PRIVATE_TARGETS,
      }),
    browserAnswers: () => browserAnswers(env.BROWSER),
    newProber: () => createProber({ guard: platform.guardFor(null), dohUrl: config.DOH_URL }),
  };
}
