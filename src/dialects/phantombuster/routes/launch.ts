import {
  followLaunch,
  type FollowLaunchInput,
  launchAgent,
  readOutput,
} from "../../../domain/agent/index.ts";
import type { AccountActor, Ctx } from "../../../domain/context.ts";
import { Fault } from "../../../domain/errors.ts";
import { route } from "../../kit/index.ts";
import { success } from "../answer.ts";
import { merged, toGlimpse, toId, toLaunch, toOutput } from "../convert.ts";
import { FOLLOW_TIMES, type Glimpse, type RunWriter, streamRun } from "../follow.ts";
import { LAUNCH_BODY_LIMIT, LaunchOptions, type Output } from "../wire.ts";
import { eventWriter, rawWriter, resultWriter } from "../writers.ts";

/** A HEAD asks what a GET would answer, and these act. @throws Fault METHOD_NOT_ALLOWED */
export function assertActs({ method }: Request): void {
  if (method !== "HEAD") return;
  throw new Fault("METHOD_NOT_ALLOWED", "HEAD is not allowed here.", { allow: ["GET", "POST"] });
}

async function launched(
  ctx: Ctx<AccountActor>,
  id: string | undefined,
  options: LaunchOptions,
  suffix: boolean,
): Promise<Response> {
  const output = toOutput(options, suffix);
  const agentId = toId(id, "Agent");
  const { launchId } = await launchAgent(ctx, toLaunch(agentId, options));
  if (output === "nothing") return success(null);
  if (output === "json") return success({ containerId: launchId });
  const console = async () => (await readOutput(ctx, { agentId, launchId })).console.text;
  const writer = writerOf(output, launchId, console);
  return streamRun(follower(ctx, launchId, writer), writer, FOLLOW_TIMES);
}

/** Looks at a launch again and again, each time for what it has not seen. */
function follower(
  ctx: Ctx,
  launchId: number,
  { readsConsole }: RunWriter,
): (withinMs: number) => Promise<Glimpse> {
  let known: Omit<FollowLaunchInput, "withinMs"> = {
    launchId,
    status: "queued",
    // Beyond any console there is nothing to wake up for.
    fromByte: readsConsole ? 0 : Number.MAX_SAFE_INTEGER,
    results: 0,
  };
  return async (withinMs) => {
    const found = await followLaunch(ctx, { ...known, withinMs });
    const { launch: seen, console, results } = found;
    const fromByte = readsConsole ? console.to : known.fromByte;
    known = { launchId, status: seen.status, fromByte, results };
    return toGlimpse(found);
  };
}

function writerOf(
  kind: Exclude<Output, "json">,
  containerId: number,
  output: () => Promise<string>,
): RunWriter {
  switch (kind) {
    case "result-object":
      return resultWriter(containerId);
    case "first-result-object":
      return resultWriter(containerId, { first: true });
    case "result-object-with-output":
      return resultWriter(containerId, { output });
    case "event-stream":
      return eventWriter(containerId);
    case "raw":
      return rawWriter();
    default:
      return kind satisfies never;
  }
}

const spelled = (path: string, suffix: boolean) => [
  route({
    method: "GET",
    path,
    auth: "key",
    query: LaunchOptions,
    handle: (ctx, { request, params, query }) => {
      assertActs(request);
      return launched(ctx, params.id, query, suffix);
    },
  }),
  route({
    method: "POST",
    path,
    auth: "key",
    query: LaunchOptions,
    body: LaunchOptions,
    bodyOptional: true,
    bodyLimit: LAUNCH_BODY_LIMIT,
    encoding: "either",
    handle: (ctx, { params, query, body }) => launched(ctx, params.id, merged(query, body), suffix),
  }),
];

export const launch = [
  ...spelled("/api/v1/agent/:id/launch.json", true),
  ...spelled("/api/v1/agent/:id/launch", false),
];
