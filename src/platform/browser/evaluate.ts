import type { Channel } from "./cdp.ts";
import { ProtocolError } from "./cdp.ts";
import { within } from "./limit.ts";

type InPage<Args extends unknown[], Result> = (this: unknown, ...args: Args) => Result;

/** A handle on something inside a page (Runtime.RemoteObjectId). */
export type Handle = string & { readonly __handle?: never };

interface RemoteResult {
  result: { value?: unknown; objectId?: string };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

/** Handles of one command; let go of together. */
const GROUP = "outrider";

/**
 * The source of a function as it is sent. Bundlers that keep names wrap inner functions in a
 * helper, `__name`, which no page has.
 */
function source(fn: (...args: never[]) => unknown): string {
  return `function(...args) { const __name = (fn) => fn; return (${fn.toString()}).apply(this, args); }`;
}

/** Calls a function with an element as `this`; plain arguments, and a plain answer. */
export async function callOn<Args extends unknown[], Result>(
  channel: Channel,
  signal: AbortSignal,
  target: Handle,
  fn: InPage<Args, Result>,
  ...args: Args
): Promise<Result> {
  const answer = await within(
    signal,
    channel.send("Runtime.callFunctionOn", {
      functionDeclaration: source(fn),
      objectId: target,
      arguments: args.map((value) => ({ value })),
      returnByValue: true,
      userGesture: true,
    }),
  );
  return valueOf(answer) as Result;
}

/** Like {@link callOn}, with other elements as its arguments. */
export async function callWith<Result>(
  channel: Channel,
  signal: AbortSignal,
  [target, ...others]: readonly [Handle, ...Handle[]],
  fn: InPage<unknown[], Result>,
): Promise<Result> {
  const answer = await within(
    signal,
    channel.send("Runtime.callFunctionOn", {
      functionDeclaration: source(fn),
      objectId: target,
      arguments: others.map((objectId) => ({ objectId })),
      returnByValue: true,
      userGesture: true,
    }),
  );
  return valueOf(answer) as Result;
}

/** Like {@link callWith}, but the answer stays in the page; null when there is none. */
export async function handleWith(
  channel: Channel,
  signal: AbortSignal,
  [target, ...others]: readonly [Handle, ...Handle[]],
  fn: InPage<unknown[], unknown>,
): Promise<Handle | null> {
  const answer = await within(
    signal,
    channel.send("Runtime.callFunctionOn", {
      functionDeclaration: source(fn),
      objectId: target,
      arguments: others.map((objectId) => ({ objectId })),
      objectGroup: GROUP,
    }),
  );
  valueOf(answer);
  return answer.result.objectId ?? null;
}

/** Runs a function in a frame session's main document, or in another world of it. */
export async function evaluate<Args extends unknown[], Result>(
  channel: Channel,
  signal: AbortSignal,
  fn: InPage<Args, Result>,
  args: Args,
  contextId?: number,
): Promise<Result> {
  const answer = await within(
    signal,
    channel.send("Runtime.evaluate", {
      expression: `(${source(fn)})(${args.map((arg) => JSON.stringify(arg)).join(", ")})`,
      returnByValue: true,
      ...(contextId === undefined ? {} : { contextId }),
    }),
  );
  return valueOf(answer) as Result;
}

/** Like {@link evaluate}, but the answer stays in the page; null when there is none. */
export async function evaluateHandle<Args extends unknown[]>(
  channel: Channel,
  signal: AbortSignal,
  fn: InPage<Args, unknown>,
  ...args: Args
): Promise<Handle | null> {
  const answer = await within(
    signal,
    channel.send("Runtime.evaluate", {
      expression: `(${source(fn)})(${args.map((arg) => JSON.stringify(arg)).join(", ")})`,
      objectGroup: GROUP,
    }),
  );
  valueOf(answer);
  return answer.result.objectId ?? null;
}

/** The element of a backend node id, in the page that it is in. */
export async function resolveNode(
  channel: Channel,
  signal: AbortSignal,
  backendNodeId: number,
): Promise<Handle> {
  const { object } = await within(
    signal,
    channel.send("DOM.resolveNode", { backendNodeId, objectGroup: GROUP }),
  );
  if (!object.objectId) throw new ProtocolError("DOM.resolveNode: no such node");
  return object.objectId;
}

/** Lets go of the handles that a command took. */
export function releaseHandles(channel: Channel): void {
  channel.tell("Runtime.releaseObjectGroup", { objectGroup: GROUP });
}

function valueOf({ result, exceptionDetails }: RemoteResult): unknown {
  if (exceptionDetails) {
    const { text, exception } = exceptionDetails;
    throw new ScriptError(exception?.description ?? text);
  }
  return result.value;
}

/** A function threw inside the page. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
}
