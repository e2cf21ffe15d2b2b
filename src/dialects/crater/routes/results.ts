import { noteSign, recordResults, reportError } from "../../../domain/experiment/index.ts";
import { route } from "../../kit/index.ts";
import { done } from "../answer.ts";
import { toErrorText, toResult, toResults } from "../convert.ts";
import { signOf } from "../scheme.ts";
import { RecordProgress, RecordResult, RESULTS_BODY_LIMIT, RunnerError } from "../wire.ts";

export const results = [
  route({
    method: "POST",
    path: "/agent-api/record-result",
    auth: "runner",
    body: RecordResult,
    bodyLimit: RESULTS_BODY_LIMIT,
    handle: async (ctx, { request, body }) => {
      await noteSign(ctx, signOf(request));
      await recordResults(ctx, { experiment: null, results: [toResult(body)] });
      return done(request);
    },
  }),
  route({
    method: "POST",
    path: "/agent-api/record-progress",
    auth: "runner",
    body: RecordProgress,
    bodyLimit: RESULTS_BODY_LIMIT,
    handle: async (ctx, { request, body }) => {
      await noteSign(ctx, signOf(request));
      await recordResults(ctx, toResults(body));
      return done(request);
    },
  }),
  route({
    method: "POST",
    path: "/agent-api/error",
    auth: "runner",
    body: RunnerError,
    handle: async (ctx, { request, body }) => {
      await noteSign(ctx, signOf(request));
      await reportError(ctx, { error: toErrorText(body.error) });
      return done(request);
    },
  }),
];
