import { commandSession, viewSession } from "../../../domain/session/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromCookie, fromWorkflow, toCookie, toSteps } from "../convert.ts";
import {
  ActionRequest,
  CookiesRequest,
  ExtractRequest,
  MonitorRequest,
  NavigateRequest,
  TimedQuery,
  timeoutOf,
  WorkflowRequest,
} from "../wire.ts";

const MEGABYTE = 1024 * 1024;

export const commands = [
  route({
    method: "POST",
    path: "/sessions/:session_id/navigate",
    auth: "key",
    body: NavigateRequest,
    idempotent: true,
    handle: async (ctx, { params, body }) => {
      const { url } = await commandSession(ctx, params.session_id ?? "", {
        type: "navigate",
        url: body.url,
        waitUntil: body.wait_until ?? "load",
        timeoutMs: timeoutOf(body),
      });
      return json({ status: "success", url });
    },
  }),
  route({
    method: "POST",
    path: "/sessions/:session_id/extract",
    auth: "key",
    body: ExtractRequest,
    idempotent: true,
    handle: async (ctx, { params, body }) =>
      json(
        await commandSession(ctx, params.session_id ?? "", {
          type: "extract",
          query: body.query,
          timeoutMs: timeoutOf(body),
        }),
      ),
  }),
  route({
    method: "POST",
    path: "/sessions/:session_id/action",
    auth: "key",
    body: ActionRequest,
    idempotent: true,
    handle: async (ctx, { params, body }) => {
      const { action, element } = await commandSession(ctx, params.session_id ?? "", {
        type: "act",
        command: body.command,
        timeoutMs: timeoutOf(body),
      });
      return json({ status: "success", action, element });
    },
  }),
  route({
    method: "POST",
    path: "/sessions/:session_id/workflow",
    auth: "key",
    body: WorkflowRequest,
    bodyLimit: MEGABYTE,
    idempotent: true,
    handle: async (ctx, { request, params, body }) => {
      const id = params.session_id ?? "";
      const outcome = await commandSession(ctx, id, {
        type: "workflow",
        steps: toSteps(body),
        timeoutMs: 0,
      });
      const { origin } = new URL(request.url);
      const linkTo = (shot: string) => `${origin}/sessions/${id}/screenshots/${shot}`;
      return json(fromWorkflow(body.workflow.name, outcome, linkTo));
    },
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id/monitor",
    auth: "key",
    handle: async (ctx, { params }) => {
      const { url, title, state } = await viewSession(ctx, params.session_id ?? "");
      return json({ url, title, state });
    },
  }),
  route({
    method: "POST",
    path: "/sessions/:session_id/monitor",
    auth: "key",
    body: MonitorRequest,
    idempotent: true,
    handle: async (ctx, { params, body }) => {
      const { met, elapsedMs, details } = await commandSession(ctx, params.session_id ?? "", {
        type: "wait_for",
        condition: body.condition,
        timeoutMs: Math.round((body.timeout ?? 30) * 1000),
        pollMs: Math.round((body.poll_interval ?? 0.5) * 1000),
      });
      return json({
        success: true,
        condition_met: met,
        elapsed_time: elapsedMs / 1000,
        details,
      });
    },
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id/content",
    auth: "key",
    query: TimedQuery,
    handle: async (ctx, { params, query }) => {
      const { url, title, html } = await commandSession(ctx, params.session_id ?? "", {
        type: "content",
        timeoutMs: timeoutOf(query),
      });
      return json({ url, title, content: html });
    },
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id/markdown",
    auth: "key",
    query: TimedQuery,
    handle: async (ctx, { params, query }) =>
      json(
        await commandSession(ctx, params.session_id ?? "", {
          type: "markdown",
          timeoutMs: timeoutOf(query),
        }),
      ),
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id/cookies",
    auth: "key",
    query: TimedQuery,
    handle: async (ctx, { params, query }) => {
      const { cookies } = await commandSession(ctx, params.session_id ?? "", {
        type: "cookies",
        timeoutMs: timeoutOf(query),
      });
      return json({ cookies: cookies.map(fromCookie) });
    },
  }),
  route({
    method: "PUT",
    path: "/sessions/:session_id/cookies",
    auth: "key",
    query: TimedQuery,
    body: CookiesRequest,
    bodyLimit: MEGABYTE,
    handle: async (ctx, { params, query, body }) => {
      const { count } = await commandSession(ctx, params.session_id ?? "", {
        type: "set_cookies",
        cookies: body.cookies.map(toCookie),
        timeoutMs: timeoutOf(query),
      });
      return json({ status: "success", count });
    },
  }),
];
