import { stringify } from "csv-stringify/sync";
import type { TelemetryRecord, Visit } from "../../domain/telemetry/index.ts";
import { timestamp } from "./times.ts";

/** wire/adspower.md, "GET /api/sessions/export". */
const SESSION_COLUMNS = [
  "session_id",
  "profile_id",
  "device",
  "start_time",
  "proxy",
  "country",
  "status",
  "duration",
  "success",
];

/** wire/notes.md. */
const EVENT_COLUMNS = ["id", "session_id", "event_type", "timestamp", "data"];

/** A file of sessions, written as it is read. */
export function sessionsFile(portions: AsyncGenerator<Visit[]>): Response {
  return file("sessions", SESSION_COLUMNS, portions, (visit) => [
    visit.id,
    visit.profileId,
    visit.device,
    timestamp(visit.startedAt),
    visit.proxy,
    visit.country,
    visit.status,
    visit.duration,
    visit.status === "active" ? null : String(visit.status === "completed"),
  ]);
}

/** A file of events, written as it is read. */
export function eventsFile(portions: AsyncGenerator<TelemetryRecord[]>): Response {
  return file("events", EVENT_COLUMNS, portions, (event) => [
    event.id,
    event.visitId,
    event.kind,
    timestamp(event.at),
    event.details,
  ]);
}

/**
 * What stands behind white space or control characters is a formula to some spreadsheets, and the
 * library looks at the first character alone.
 */
function hedged(text: string): string {
  return /^[\s\p{C}]+[=+\-@＝＋－＠]/u.test(text) ? `'${text}` : text;
}

/**
 * One portion is held at a time, and the next is read once the client has taken it. A field that
 * a spreadsheet would run as a formula begins with `'`.
 */
function file<T>(
  name: string,
  columns: string[],
  portions: AsyncGenerator<T[]>,
  toFields: (row: T) => (string | number | null)[],
): Response {
  const encoder = new TextEncoder();
  const lines = (rows: (string | number | null)[][]) =>
    encoder.encode(stringify(rows, { escape_formulas: true, cast: { string: hedged } }));
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(lines([columns])),
      pull: async (controller) => {
        const { done, value } = await portions.next();
        if (done) controller.close();
        else controller.enqueue(lines(value.map(toFields)));
      },
      cancel: async () => {
        await portions.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.csv"`,
    },
  });
}
