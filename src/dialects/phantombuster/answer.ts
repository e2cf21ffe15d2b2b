import { json } from "../kit/index.ts";

/** JSend's success: wire/phantombuster.rst, "Response format". */
export function success(data: unknown): Response {
  return json({ status: "success", data });
}

/** Text of a tenant's own, which no browser is to take for a page. */
export function plain(text: string): Response {
  return new Response(text, { headers: PLAIN });
}

export const PLAIN = { "content-type": "text/plain; charset=utf-8" };
