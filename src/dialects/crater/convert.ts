import { Buffer } from "node:buffer";
import type * as z from "zod";
import type {
  Experiment,
  RecordResultsInput,
  ReportedResult,
} from "../../domain/experiment/index.ts";
import type { RecordProgress, WireResult } from "./wire.ts";

/** Between the runners' spelling and the domain's. Pure. */

/** Sections that runners read whether or not an account has set them. */
const CONFIG = {
  "demo-crates": { crates: [], "github-repos": [], "local-crates": [] },
  crates: {},
  "github-repos": {},
  "local-crates": {},
  server: {
    "bot-acl": { "rust-teams": false, github: [] },
    labels: {
      remove: "^S-",
      "experiment-queued": "S-waiting-on-crater",
      "experiment-completed": "S-waiting-on-review",
    },
  },
  sandbox: {
    "memory-limit": "1536M",
    "build-log-max-size": "5M",
    "build-log-max-lines": 10_000,
  },
};

/** wire/crater.md, "GET /config". An account's sections stand in the place of ours. */
export function fromConfig(name: string, config: Record<string, unknown> | null) {
  const sandbox = { ...CONFIG.sandbox, ...(config?.sandbox as object | undefined) };
  return { "agent-name": name, "crater-config": { ...CONFIG, ...config, sandbox } };
}

/** wire/crater.md, "GET /next-experiment", all but its crates. */
export function fromExperiment(experiment: Experiment) {
  const { name, toolchains, mode, capLints } = experiment;
  return { name, toolchains, mode, cap_lints: capLints };
}

/** The same for later runners. */
export function fromCurrentExperiment(experiment: Experiment) {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    ...fromExperiment(experiment),
    priority: experiment.priority,
    created_at: time(experiment.createdAt),
    started_at: time(experiment.startedAt),
    completed_at: null,
    github_issue: null,
    status: "Running",
    assigned_to: experiment.shared ? "Distributed" : { Agent: experiment.assignedTo },
    report_url: null,
    ignore_blacklist: false,
    requirement: experiment.requirements[0] ?? null,
  };
}

export function toResult({ crate, toolchain, result, log }: WireResult): ReportedResult {
  return { crate, toolchain, result: toWords(result), log: toBytes(log ?? "") };
}

export function toResults(body: z.output<typeof RecordProgress>): RecordResultsInput {
  const { results, result, version } = body;
  const all = [...(results ?? []), ...(result ? [result] : [])];
  return {
    experiment: body["experiment-name"] ?? null,
    results: all.map(toResult),
    ...(version && { renamed: { from: version[0], to: version[1] } }),
  };
}

/** `TestPass` and `{"BuildFail":"Unknown"}` are how the oldest runners spell theirs. */
function toWords(result: WireResult["result"]): string {
  if (typeof result === "string") return kebab(result);
  const [word, reason] = Object.entries(result)[0] ?? ["error", null];
  const detail = typeof reason === "string" ? reason : JSON.stringify(reason);
  return `${kebab(word)}:${kebab(detail)}`;
}

function kebab(text: string): string {
  if (!/^[A-Z][A-Za-z]+$/.test(text)) return text;
  return text.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}

/** A log that is not base64 is kept as the text that it is. */
function toBytes(log: string): Uint8Array {
  return /^[\w+/=\s-]*$/.test(log) ? Buffer.from(log, "base64") : new TextEncoder().encode(log);
}

export function toErrorText(error: unknown): string {
  return typeof error === "string" ? error : (JSON.stringify(error) ?? "");
}
