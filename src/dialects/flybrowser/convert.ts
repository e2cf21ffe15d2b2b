import type * as z from "zod";
import { Fault } from "../../domain/errors.ts";
import type { Cookie, NewCookie, ScreenshotOptions } from "../../domain/ports.ts";
import type {
  ModelSettings,
  Node,
  SessionResults,
  SessionView,
  StepReport,
  WorkflowStep,
} from "../../domain/session/index.ts";
import { parse } from "../kit/index.ts";
import {
  type CookiesRequest,
  type SessionCreateRequest,
  timeoutOf,
  type WorkflowRequest,
  type WorkflowStep as WireStep,
  WorkflowSteps,
} from "./wire.ts";

/** Between the wire's spelling and the domain's. Pure. */

/** `2024-01-15T10:30:00Z`: whole seconds, as in the document's samples. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}

export function toModelSettings(request: z.output<typeof SessionCreateRequest>): ModelSettings {
  const { llm_provider: provider, llm_model: model, api_key: apiKey, base_url: baseUrl } = request;
  return {
    provider: provider ?? "openai",
    ...(model != null && { model }),
    ...(apiKey != null && { apiKey }),
    ...(baseUrl != null && { baseUrl }),
  };
}

export function fromSession(id: string, view: SessionView) {
  return {
    session_id: id,
    status: "active",
    created_at: timestamp(view.createdAt),
    browser_type: "chromium",
    current_url: view.url,
  };
}

export function fromSessionRow(row: { id: string; createdAt: number }) {
  return { session_id: row.id, status: "active", created_at: timestamp(row.createdAt) };
}

export function toScreenshotOptions(request: {
  full_page?: boolean | null | undefined;
  format?: ScreenshotOptions["format"] | null | undefined;
  quality?: number | null | undefined;
  selector?: string | null | undefined;
}): ScreenshotOptions {
  return {
    format: request.format ?? "png",
    fullPage: request.full_page ?? false,
    ...(request.quality != null && { quality: request.quality }),
    ...(request.selector != null && { selector: request.selector }),
  };
}

/**
 * A workflow's steps, its variables put in and all of it checked, before the first one runs.
 * @throws Fault BAD_REQUEST that names the step and the field.
 */
export function toSteps(request: z.output<typeof WorkflowRequest>): WorkflowStep[] {
  const expand = expander(request.variables ?? {});
  const steps = substitute(request.workflow.steps, expand);
  return parse(WorkflowSteps, { workflow: { steps } }, "body").workflow.steps.map(toStep);
}

/** Characters that the variables of one workflow may add to it: each may stand in many places. */
const MAX_EXPANSION = 1_000_000;

/** Replaces `{{name}}` and `${name}` in a text; names that are not given stay as they are. */
function expander(variables: Record<string, string>): (text: string) => string {
  let room = MAX_EXPANSION;
  return (text) =>
    text.replace(
      /\{\{\s*([\w.-]+)\s*\}\}|\$\{\s*([\w.-]+)\s*\}/g,
      (whole, braces?: string, dollar?: string) => {
        const name = braces ?? dollar ?? "";
        const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
        room -= value?.length ?? 0;
        if (room < 0) {
          const reason = `must not add more than ${MAX_EXPANSION} characters to the workflow`;
          throw new Fault("BAD_REQUEST", `variables: ${reason}`, { fields: { variables: reason } });
        }
        return value ?? whole;
      },
    );
}

/** Every text in it, replaced. */
function substitute(value: unknown, expand: (text: string) => string): unknown {
  if (typeof value === "string") return expand(value);
  if (Array.isArray(value)) return value.map((item) => substitute(item, expand));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, substitute(item, expand)]),
  );
}

function toStep(step: WireStep): WorkflowStep {
  const timeoutMs = timeoutOf(step);
  switch (step.action) {
    case "goto":
      return { action: "goto", timeoutMs, url: step.url, waitUntil: step.wait_until ?? "load" };
    case "act":
      return { action: "act", timeoutMs, command: step.command };
    case "extract":
      return { action: "extract", timeoutMs, query: step.query };
    case "screenshot":
      return { action: "screenshot", timeoutMs, options: toScreenshotOptions(step) };
    default:
      return step satisfies never;
  }
}

/** `linkTo` makes the address of a stored picture. */
export function fromWorkflow(
  name: string,
  outcome: SessionResults["workflow"],
  linkTo: (screenshotId: string) => string,
) {
  return {
    status: outcome.completed ? "completed" : "failed",
    workflow: name,
    results: outcome.steps.map((step) => fromStep(step, linkTo)),
  };
}

function fromStep(step: StepReport, linkTo: (screenshotId: string) => string) {
  const result = step.screenshotId === undefined ? step.result : linkTo(step.screenshotId);
  return {
    step: step.step,
    action: step.action,
    status: step.ok ? "success" : "failed",
    ...(result !== undefined && { result }),
    ...(step.error !== undefined && { error: step.error }),
  };
}

export function fromCookie(cookie: Cookie) {
  const { name, value, domain, path, expires, httpOnly, secure, sameSite } = cookie;
  return {
    name,
    value,
    domain,
    path,
    expires: expires ?? null,
    http_only: httpOnly,
    secure,
    same_site: sameSite ?? null,
  };
}

export function toCookie(cookie: z.output<typeof CookiesRequest>["cookies"][number]): NewCookie {
  const httpOnly = cookie.http_only ?? cookie.httpOnly;
  const sameSite = cookie.same_site ?? cookie.sameSite;
  return {
    name: cookie.name,
    value: cookie.value,
    ...(cookie.domain != null && { domain: cookie.domain }),
    ...(cookie.path != null && { path: cookie.path }),
    ...(cookie.url != null && { url: cookie.url }),
    ...(cookie.expires != null && { expires: cookie.expires }),
    ...(httpOnly != null && { httpOnly }),
    ...(cookie.secure != null && { secure: cookie.secure }),
    ...(sameSite != null && { sameSite }),
  };
}

/** One region as a cluster node; `host` is ours, with its port. */
export function fromNode(node: Node, host: string) {
  return {
    node_id: node.region,
    role: node.leader ? "leader" : "follower",
    address: `${node.region}.${host}`,
    http_address: host,
    sessions: node.sessions,
    status: node.healthy ? "healthy" : "unhealthy",
  };
}

/** The document knows `HEALTHY`; the other two follow its style. */
export function clusterHealth(nodes: Node[]): "HEALTHY" | "DEGRADED" | "UNHEALTHY" {
  const healthy = nodes.filter((node) => node.healthy).length;
  if (healthy === nodes.length) return "HEALTHY";
  return healthy === 0 ? "UNHEALTHY" : "DEGRADED";
}
