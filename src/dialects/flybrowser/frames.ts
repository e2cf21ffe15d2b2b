import type { Gap, Numbered, SessionEvent } from "../../domain/event.ts";

/** One message of `/ws/sessions/{id}`: the document's fields, a `seq` and a `timestamp`. */
export function flybrowserFrame(event: Numbered<SessionEvent> | Gap): string {
  if (event.type === "gap") return JSON.stringify(event);
  const { seq, at, ...told } = event;
  return JSON.stringify({ ...spelled(told), seq, timestamp: new Date(at).toISOString() });
}

function spelled(event: SessionEvent): object {
  if (event.type !== "screenshot") return event;
  const { fullPage, ...rest } = event;
  return { ...rest, full_page: fullPage };
}
