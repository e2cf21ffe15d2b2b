import { json } from "../kit/index.ts";
import { isCurrent } from "./scheme.ts";

/** Bare JSON, or inside the later runners' envelope. */
export function answer(request: Request, result: unknown): Response {
  return json(isCurrent(request) ? { status: "success", result } : result);
}

/** `OK` as plain text, or `true` inside the later runners' envelope. */
export function done(request: Request): Response {
  if (isCurrent(request)) return answer(request, true);
  return new Response("OK", { headers: { "content-type": "text/plain; charset=utf-8" } });
}

/**
 * An object whose `crates` are written as they are read: one portion is held at a time, and the
 * next is read once the runner has taken it.
 */
export function withCrates(
  request: Request,
  head: object,
  portions: AsyncGenerator<unknown[]>,
): Response {
  const encoder = new TextEncoder();
  const start = isCurrent(request) ? '{"status":"success","result":' : "";
  const end = isCurrent(request) ? "]}}" : "]}";
  const fields = JSON.stringify(head).slice(0, -1);
  let first = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`${start}${fields},"crates":[`)),
      pull: async (controller) => {
        const { done: over, value } = await portions.next();
        if (over) {
          controller.enqueue(encoder.encode(end));
          controller.close();
          return;
        }
        const text = JSON.stringify(value).slice(1, -1);
        controller.enqueue(encoder.encode(first ? text : `,${text}`));
        first = false;
      },
      cancel: async () => {
        await portions.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "application/json" } });
}
