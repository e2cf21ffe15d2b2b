import type { Numbered } from "../../domain/event.ts";
import type { TelemetryEvent, WatchFilter } from "../../domain/telemetry/index.ts";

/**
 * Whether a subscriber with a filter hears of it. By visit: its start, its end and its events. By
 * kind: events of that kind alone, by our name or their own. Totals are for those without one.
 */
export function wants(filter: WatchFilter, event: Numbered<TelemetryEvent>): boolean {
  const { visitId, kind } = filter;
  if (visitId === undefined && kind === undefined) return true;
  switch (event.type) {
    case "totals":
      return false;
    case "visit_started":
      return kind === undefined && event.visit.id === visitId;
    case "visit_ended":
      return kind === undefined && event.visitId === visitId;
    case "event":
      return (
        (visitId === undefined || event.visitId === visitId) &&
        (kind === undefined || event.kind === kind || event.original === kind)
      );
    default:
      return event satisfies never;
  }
}
