import { integerParameter, route } from "../../dialects/kit/index.ts";
import { Fault } from "../../domain/errors.ts";
import { readLog, readReport, readReportPiece, reportRows } from "../../domain/experiment/index.ts";
import { reportFile } from "./export.ts";
import { reportPage } from "./page.ts";

const Place = integerParameter(0, 1_000_000_000);

/** @throws Fault NOT_FOUND for what is no place in a report. */
function placeOf(text: string | undefined): number {
  const { success, data } = Place.safeParse(text);
  if (!success) throw new Fault("NOT_FOUND", "There is no such part of the report.");
  return data;
}

/** Reports, for whoever has the link. What tenants sent is shown as text, and never as a page. */
export const reports = [
  route({
    method: "GET",
    path: "/console/reports/:hash",
    auth: "open",
    handle: async (ctx, { params: { hash = "" } }) => reportPage(await readReport(ctx, hash), hash),
  }),
  route({
    method: "GET",
    path: "/console/reports/:hash/pieces/:piece",
    auth: "open",
    handle: async (ctx, { params: { hash = "", piece } }) => {
      const { body } = await readReportPiece(ctx, { hash, piece: placeOf(piece) });
      return new Response(body, {
        headers: { "content-type": "application/json", "cache-control": "no-store" },
      });
    },
  }),
  ...(["json", "csv"] as const).map((format) =>
    route({
      method: "GET",
      path: `/console/reports/:hash/results.${format}`,
      auth: "open",
      handle: async (ctx, { params: { hash = "" } }) => {
        const { toolchains } = await readReport(ctx, hash);
        return reportFile(format, toolchains, await reportRows(ctx, hash));
      },
    }),
  ),
  route({
    method: "GET",
    path: "/console/reports/:hash/logs/:position/:toolchain",
    auth: "open",
    handle: async (ctx, { params: { hash = "", position, toolchain } }) => {
      const place = { hash, position: placeOf(position), toolchain: placeOf(toolchain) };
      return new Response(await readLog(ctx, place), {
        headers: {
          "content-type": "text/plain; charset=utf-8",
          "cache-control": "no-store",
          "content-security-policy": "default-src 'none'; sandbox",
          "referrer-policy": "no-referrer",
        },
      });
    },
  }),
];
