import { encodeBase64 } from "hono/utils/encode";
import { commandSession, keepScreenshot, openScreenshot } from "../../../domain/session/index.ts";
import { json, route } from "../../kit/index.ts";
import { toScreenshotOptions } from "../convert.ts";
import { ScreenshotQuery, ScreenshotRequest, TimedQuery, timeoutOf } from "../wire.ts";

/** What a page painted is the tenant's: it is shown, and never run. */
const SANDBOXED = "default-src 'none'; sandbox";

export const screenshots = [
  route({
    method: "GET",
    path: "/sessions/:session_id/screenshot",
    auth: "key",
    query: ScreenshotQuery,
    handle: async (ctx, { params, query }) => {
      const options = toScreenshotOptions(query);
      const { bytes } = await commandSession(ctx, params.session_id ?? "", {
        type: "screenshot",
        options,
        timeoutMs: timeoutOf(query),
      });
      return file(bytes, `image/${options.format}`);
    },
  }),
  // The way of FlyBrowser's own client (wire/notes.md).
  route({
    method: "POST",
    path: "/sessions/:session_id/screenshot",
    auth: "key",
    body: ScreenshotRequest,
    bodyOptional: true,
    idempotent: true,
    handle: async (ctx, { params, body }) => {
      const id = params.session_id ?? "";
      const options = toScreenshotOptions(body);
      const picture = await commandSession(ctx, id, {
        type: "screenshot",
        options,
        timeoutMs: timeoutOf(body),
      });
      return json({
        success: true,
        screenshot_id: await keepScreenshot(ctx, id, picture.bytes, options.format),
        format: options.format,
        width: picture.width,
        height: picture.height,
        data_base64: encodeBase64(picture.bytes.buffer as ArrayBuffer),
        url: picture.url,
        timestamp: ctx.now() / 1000,
      });
    },
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id/screenshots/:screenshot_id",
    auth: "key",
    handle: async (ctx, { params }) => {
      const { session_id: id = "", screenshot_id: shot = "" } = params;
      const picture = await openScreenshot(ctx, id, shot);
      return file(picture.body, picture.contentType);
    },
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id/pdf",
    auth: "key",
    query: TimedQuery,
    handle: async (ctx, { params, query }) => {
      const { bytes } = await commandSession(ctx, params.session_id ?? "", {
        type: "pdf",
        timeoutMs: timeoutOf(query),
      });
      return file(bytes, "application/pdf", 'attachment; filename="page.pdf"');
    },
  }),
];

function file(
  body: Uint8Array | ReadableStream<Uint8Array>,
  contentType: string,
  disposition = "inline",
): Response {
  return new Response(body, {
    headers: {
      "content-type": contentType,
      "content-disposition": disposition,
      "content-security-policy": SANDBOXED,
    },
  });
}
