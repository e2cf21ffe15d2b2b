import { connect } from "cloudflare:sockets";
import type { Prober, ProbeRequest, ProbeResult } from "../../domain/monitor/probe.ts";
import { readCertificate } from "./certificate.ts";
import { decodeContent } from "./decode.ts";
import type { Answer } from "./exchange.ts";
import { ProbeFailure } from "./failure.ts";
import { type Head, headerOf } from "./head.ts";
import { askOnce, type Tools } from "./hop.ts";
import { isRedirect, type Redirecting, Trail } from "./redirects.ts";
import { firstHop, type Hop } from "./request.ts";
import { Slots } from "./slots.ts";
import { decodeText } from "./text.ts";
import { type HopMarks, sumTimings } from "./timings.ts";
import { verdict, wantsText } from "./verdict.ts";

export interface ProberOptions extends Pick<Tools, "guard" | "dohUrl"> {
  connect?: Tools["connect"];
  fetch?: Tools["fetch"];
  /** Milliseconds on a clock that never goes back. */
  now?: Tools["now"];
}

/** How long the second look, at the certificate, may take; it is not booked. */
const CERTIFICATE_WITHIN_MS = 3000;

/**
 * Probes over raw sockets and times each phase as `curl -w` does. The limit on connections is the
 * platform's for one invocation, so each invocation needs a prober of its own.
 *
 * @example
 * const prober = createProber({ guard, dohUrl: "https://cloudflare-dns.com/dns-query" });
 * const results = await Promise.all(requests.map((request) => prober.probe(request)));
 */
export function createProber(options: ProberOptions): Prober {
  const tools: Tools = {
    connect,
    fetch: (request) => fetch(request),
    now: () => performance.now(),
    ...options,
    slots: new Slots(),
  };
  return { probe: (request) => probe(tools, request) };
}

/** Where a probe has got to, so that a failure can tell how far that was. */
interface Progress {
  hops: HopMarks[];
  via: ProbeResult["via"];
  redirect: boolean;
  /** The request under way, or the last one. */
  hop: Hop | null;
  /** The answer to it. */
  answer: Answer | null;
}

async function probe(tools: Tools, request: ProbeRequest): Promise<ProbeResult> {
  const progress: Progress = { hops: [], via: "socket", redirect: false, hop: null, answer: null };
  let error: ProbeResult["error"];
  try {
    const { head, parts } = await finalAnswer(tools, request, progress);
    const text = () =>
      decodeText(decodeContent(head, parts), headerOf(head.headers, "content-type"));
    error = verdict(redirecting(head), request, text);
  } catch (thrown) {
    error = told(thrown);
  }
  const certificate = await lookAtCertificate(tools, request, progress, error);
  return {
    passed: error === null,
    code: progress.answer?.head.code ?? 0,
    redirect: progress.redirect,
    timings: sumTimings(progress.hops),
    documentLength: progress.answer?.length ?? 0,
    via: progress.via,
    ...certificate,
  };
}

/** The answer behind all redirects that are to be followed. */
async function finalAnswer(
  tools: Tools,
  request: ProbeRequest,
  progress: Progress,
): Promise<Answer> {
  const budget = { left: request.timeoutMs, whole: request.timeoutMs };
  const body = (head: Head) => {
    if (request.followRedirects && isRedirect(redirecting(head))) return "skip";
    return wantsText(request) ? "keep" : "count";
  };
  let hop = firstHop(request);
  const trail = new Trail(hop);
  for (;;) {
    progress.hop = hop;
    progress.answer = null;
    const { answer, via } = await askOnce(tools, hop, { budget, hops: progress.hops, body });
    progress.answer = answer;
    if (via === "fetch") progress.via = via;
    const met = redirecting(answer.head);
    if (!isRedirect(met)) return answer;
    progress.redirect = true;
    if (!request.followRedirects) return answer;
    hop = trail.follow(hop, met);
  }
}

function redirecting({ code, reason, headers }: Head): Redirecting & { reason: string } {
  return { code, reason, location: headerOf(headers, "location") };
}

function told(thrown: unknown): ProbeResult["error"] {
  if (thrown instanceof ProbeFailure) return { kind: thrown.kind, message: thrown.message };
  return { kind: "protocol", message: "the answer could not be understood" };
}

/** Reads the certificate when it is asked for, and to tell why TLS failed. */
async function lookAtCertificate(
  tools: Tools,
  request: ProbeRequest,
  { hop, hops, via }: Progress,
  error: ProbeResult["error"],
): Promise<Pick<ProbeResult, "certificateExpires" | "error">> {
  const failed = error?.kind === "tls" && via === "socket";
  const connected = via === "socket" && hops.at(-1)?.connect !== undefined;
  const wanted = connected && (request.certificate || failed);
  if (!wanted || hop?.url.protocol !== "https:") {
    return { certificateExpires: null, error };
  }
  const lease = await tools.slots.acquire(1);
  const reading = await readCertificate(hop.url, {
    connect: tools.connect,
    now: Date.now(),
    timeoutMs: CERTIFICATE_WITHIN_MS,
  });
  lease.release();
  const certificateExpires = request.certificate ? reading.expires : null;
  if (!failed) return { certificateExpires, error };
  return {
    certificateExpires,
    error: { kind: "tls", message: `the TLS handshake failed: ${why(reading)}` },
  };
}

function why({ expires, complaint }: { expires: number | null; complaint: string | null }): string {
  if (complaint !== null) return complaint;
  if (expires === null) return "the server shows no certificate, so the reason cannot be told";
  return "most likely the certificate is not signed by an authority that is trusted";
}
