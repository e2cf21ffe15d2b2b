import * as z from "zod";
import {
  abortExperiment,
  addCrates,
  createExperiment,
  deleteExperiment,
  type Experiment,
  getExperiment,
  listExperiments,
  retryExperiment,
} from "../../../domain/experiment/index.ts";
import { json, route } from "../../kit/index.ts";
import { ListQuery } from "../wire.ts";

/** Bytes of one body, NDJSON or not. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** In any form, known or not. */
const Crate = z.union([z.string(), z.record(z.string(), z.unknown())], {
  error: "must be a JSON object, or a name",
});

/** The domain checks what is in them. */
const ExperimentCreate = z.strictObject({
  name: z.string(),
  crates: z.array(Crate).default([]),
  toolchains: z.array(z.unknown()),
  mode: z.string().default("BuildAndTest"),
  cap_lints: z.string().optional(),
  priority: z.number().optional(),
  requirements: z.array(z.string()).optional(),
  assignee: z.string().nullable().optional(),
  shared: z.boolean().optional(),
});

const CratesQuery = z.strictObject({
  /** Other parts follow. */
  more: z
    .enum(["0", "1"], "must be 0 or 1")
    .default("0")
    .transform((value) => value === "1"),
});

function fromExperiment(experiment: Experiment, origin: string) {
  const { id, name, mode, toolchains, requirements, assignee, shared } = experiment;
  const { priority, status, progress, reportHash } = experiment;
  return {
    id,
    name,
    status,
    priority,
    assigned_to: experiment.assignedTo,
    progress,
    report_url: `${origin}/console/reports/${reportHash}`,
    mode,
    cap_lints: experiment.capLints,
    toolchains,
    requirements,
    assignee,
    shared,
    created_at: time(experiment.createdAt),
    started_at: time(experiment.startedAt),
    completed_at: time(experiment.completedAt),
    reported_at: time(experiment.reportedAt),
  };
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function one(request: Request, experiment: Experiment, status = 200): Response {
  const { origin } = new URL(request.url);
  return json({ experiment: fromExperiment(experiment, origin) }, status);
}

export const experiments = [
  route({
    method: "POST",
    path: "/manage/experiments",
    auth: "key",
    body: ExperimentCreate,
    bodyLimit: BODY_LIMIT,
    idempotent: true,
    handle: async (ctx, { request, body }) => {
      const { name, crates, toolchains, mode, cap_lints, ...wishes } = body;
      const { priority, requirements, assignee, shared } = wishes;
      const made = await createExperiment(ctx, {
        name,
        crates,
        toolchains,
        mode,
        ...(cap_lints !== undefined && { capLints: cap_lints }),
        ...(priority !== undefined && { priority }),
        ...(requirements !== undefined && { requirements }),
        ...(assignee !== undefined && { assignee }),
        ...(shared !== undefined && { shared }),
      });
      return one(request, made, 201);
    },
  }),
  route({
    method: "GET",
    path: "/manage/experiments",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { request, query }) => {
      const { origin } = new URL(request.url);
      const { experiments: page, total } = await listExperiments(ctx, query);
      const shown = page.map((experiment) => fromExperiment(experiment, origin));
      return json({ experiments: shown, total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/experiments/:name",
    auth: "key",
    handle: async (ctx, { request, params }) =>
      one(request, await getExperiment(ctx, params.name ?? "")),
  }),
  route({
    method: "DELETE",
    path: "/manage/experiments/:name",
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteExperiment(ctx, params.name ?? "");
      return json({ status: "deleted" });
    },
  }),
  route({
    method: "POST",
    path: "/manage/experiments/:name/crates",
    auth: "key",
    query: CratesQuery,
    encoding: "ndjson",
    body: z.array(Crate).min(1, "must hold a crate a line"),
    bodyLimit: BODY_LIMIT,
    handle: async (ctx, { request, params, query, body }) => {
      const input = { crates: body, more: query.more };
      return one(request, await addCrates(ctx, params.name ?? "", input));
    },
  }),
  route({
    method: "POST",
    path: "/manage/experiments/:name/abort",
    auth: "key",
    handle: async (ctx, { request, params }) =>
      one(request, await abortExperiment(ctx, params.name ?? "")),
  }),
  route({
    method: "POST",
    path: "/manage/experiments/:name/retry",
    auth: "key",
    handle: async (ctx, { request, params }) =>
      one(request, await retryExperiment(ctx, params.name ?? "")),
  }),
];
