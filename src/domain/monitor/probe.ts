/** What a checker is asked to do: one request, redirects included. */
export interface ProbeRequest {
  url: string;
  method: "GET" | "HEAD" | "POST";
  /** Extra request headers. Secrets of the tenant: never logged. */
  headers: [string, string][];
  /** Request body, for POST. */
  body: string | null;
  userAgent: string;
  followRedirects: boolean;
  /** The decoded document must contain it; null for no such rule. */
  word: string | null;
  /** The decoded document must not contain it; null for no such rule. */
  wordAbsent: string | null;
  /** Whole probe, in milliseconds. */
  timeoutMs: number;
  /** Also read when the certificate expires, as far as that is possible. */
  certificate: boolean;
}

/** Why a probe failed. `network` failures may be the checker's own fault; the others are not. */
export const PROBE_ERRORS = [
  "dns",
  "refused",
  "reset",
  "unreachable",
  "tls",
  "timeout",
  "protocol",
  "too_large",
  "redirect_forbidden",
  "redirect_loop",
  "redirect_invalid",
  "blocked",
  "status",
  "word_missing",
  "word_present",
] as const;
export type ProbeErrorKind = (typeof PROBE_ERRORS)[number];

/**
 * Float seconds, cumulative from the start and summed over redirects, as `curl -w` defines
 * `time_namelookup`, `time_connect`, `time_pretransfer`, `time_starttransfer`, `time_total`. A
 * phase that was not reached is 0.
 */
export interface PhaseTimings {
  namelookup: number;
  connect: number;
  pretransfer: number;
  starttransfer: number;
  total: number;
}

export interface ProbeResult {
  passed: boolean;
  /** Final HTTP status; 0 without an answer. */
  code: number;
  /** A redirect was met. */
  redirect: boolean;
  timings: PhaseTimings;
  /** Length of what was received of the final answer, headers included (wire/agentslug.md). */
  documentLength: number;
  /** How it was measured: a raw socket, or `fetch` where the platform refuses one. */
  via: "socket" | "fetch";
  /** For a failed probe: what a person is told. */
  error: { kind: ProbeErrorKind; message: string } | null;
  /** Milliseconds since the epoch; null when it was not asked for or could not be read. */
  certificateExpires: number | null;
}

/** Probes targets from where it runs. One implementation: `platform/prober`. */
export interface Prober {
  /** Never rejects: what goes wrong is in the result. */
  probe(request: ProbeRequest): Promise<ProbeResult>;
}

/** Probes that one call to a checker may bring: five run at once, each for up to its time limit. */
export const MAX_PROBES_PER_CALL = 50;
