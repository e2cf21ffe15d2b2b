import {
  completeExperiment,
  nextCrate,
  nextExperiment,
  noteSign,
  undoneCrates,
} from "../../../domain/experiment/index.ts";
import { route } from "../../kit/index.ts";
import { answer, done, withCrates } from "../answer.ts";
import { fromCurrentExperiment, fromExperiment } from "../convert.ts";
import { isCurrent, signOf } from "../scheme.ts";
import { NextCrate } from "../wire.ts";

export const experiments = [
  route({
    method: "GET",
    path: "/agent-api/next-experiment",
    auth: "runner",
    handle: async (ctx, { request }) => {
      await noteSign(ctx, signOf(request));
      const next = await nextExperiment(ctx);
      if (!next) return answer(request, null);
      const head = isCurrent(request) ? fromCurrentExperiment(next) : fromExperiment(next);
      return withCrates(request, head, undoneCrates(ctx, next.id));
    },
  }),
  // Runners of today ask for their crates one by one.
  route({
    method: "POST",
    path: "/agent-api/next-experiment",
    auth: "runner",
    handle: async (ctx, { request }) => {
      await noteSign(ctx, signOf(request));
      const next = await nextExperiment(ctx);
      return answer(request, next && fromCurrentExperiment(next));
    },
  }),
  route({
    method: "POST",
    path: "/agent-api/next-crate",
    auth: "runner",
    body: NextCrate,
    handle: async (ctx, { request, body }) => {
      await noteSign(ctx, signOf(request));
      return answer(request, await nextCrate(ctx, body));
    },
  }),
  route({
    method: "POST",
    path: "/agent-api/complete-experiment",
    auth: "runner",
    handle: async (ctx, { request }) => {
      await noteSign(ctx, signOf(request));
      await completeExperiment(ctx);
      return done(request);
    },
  }),
];
