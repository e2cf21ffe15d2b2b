import {
  DEFAULT_CAPABILITIES,
  noteSign,
  registerRunner,
} from "../../../domain/experiment/index.ts";
import { route } from "../../kit/index.ts";
import { answer, done } from "../answer.ts";
import { fromConfig } from "../convert.ts";
import { signOf } from "../scheme.ts";
import { Heartbeat, Registration } from "../wire.ts";

export const config = [
  route({
    method: "GET",
    path: "/agent-api/config",
    auth: "runner",
    handle: async (ctx, { request }) => {
      await noteSign(ctx, signOf(request));
      const made = await registerRunner(ctx, { capabilities: DEFAULT_CAPABILITIES });
      return answer(request, fromConfig(made.name, made.config));
    },
  }),
  route({
    method: "POST",
    path: "/agent-api/config",
    auth: "runner",
    body: Registration,
    bodyOptional: true,
    handle: async (ctx, { request, body }) => {
      await noteSign(ctx, signOf(request));
      const made = await registerRunner(ctx, body);
      return answer(request, fromConfig(made.name, made.config));
    },
  }),
  route({
    method: "POST",
    path: "/agent-api/heartbeat",
    auth: "runner",
    body: Heartbeat,
    bodyOptional: true,
    handle: async (ctx, { request }) => {
      await noteSign(ctx, signOf(request));
      return done(request);
    },
  }),
];
