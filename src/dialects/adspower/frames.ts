import type { Gap, Numbered } from "../../domain/event.ts";
import { successRate, type TelemetryEvent } from "../../domain/telemetry/index.ts";
import { withoutSecrets } from "./public.ts";
import { timestamp } from "./times.ts";

type Told = Numbered<TelemetryEvent>;

/** One message of `/ws` as documented, and its `seq`. */
export function adspowerFrame(event: Told | Gap): string {
  return JSON.stringify(event.type === "gap" ? event : flat(event));
}

/** For listeners without a key. */
export function adspowerPublicFrame(event: Told | Gap): string {
  return JSON.stringify(event.type === "gap" ? event : withoutSecrets(flat(event)));
}

/** `?format=nested`: as the running service sends it (wire/notes.md). */
export function adspowerNestedFrame(event: Told | Gap): string {
  return JSON.stringify(event.type === "gap" ? event : nested(event));
}

export function adspowerPublicNestedFrame(event: Told | Gap): string {
  return JSON.stringify(event.type === "gap" ? event : withoutSecrets(nested(event)));
}

/** Whatever a subscriber says is said back. */
export function adspowerAnswer(text: string): string {
  return JSON.stringify({ type: "pong", data: text });
}

function flat(event: Told) {
  const { type, data } = spelled(event);
  const numbered = event.type === "totals" ? {} : { seq: event.seq };
  return { type, timestamp: timestamp(event.at), data, ...numbered };
}

/** The running service's dashboard reads an event's `data`, and its details there. */
function nested(event: Told) {
  const { type, timestamp: at, data, ...numbered } = flat(event);
  const inner = "details" in data ? { ...data, data: data.details } : data;
  return { type: "event", data: { type, timestamp: at, data: inner }, ...numbered };
}

function spelled(event: Told): { type: string; data: object } {
  switch (event.type) {
    case "visit_started": {
      const { id, profileId, device, targetUrl, proxy, country } = event.visit;
      const data = { session_id: id, profile_id: profileId, device, proxy, country };
      return { type: "session_start", data: { ...data, target_url: targetUrl } };
    }
    case "visit_ended": {
      const { success, duration, error } = event.outcome;
      const data = { session_id: event.visitId, success, duration, error };
      return { type: "session_end", data };
    }
    case "event": {
      const { visitId, kind, original, details } = event;
      const data = {
        session_id: visitId,
        event_type: kind,
        details: JSON.parse(details) as object,
      };
      return {
        type: "event",
        data: { ...data, ...(original !== null && { original_type: original }) },
      };
    }
    case "totals": {
      const { totals } = event;
      const { visits, active } = totals;
      const data = { total_sessions: visits, active_sessions: active };
      return { type: "stats_update", data: { ...data, success_rate: successRate(totals) } };
    }
    default:
      return event satisfies never;
  }
}
