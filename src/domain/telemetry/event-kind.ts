import { EVENT_KINDS, type EventKind } from "./telemetry.ts";

const KINDS: ReadonlySet<string> = new Set(EVENT_KINDS);

export function isEventKind(name: string): name is EventKind {
  return KINDS.has(name);
}

/** An unknown kind counts as `custom` and keeps its own name. */
export function classify(name: string): { kind: EventKind; original: string | null } {
  return isEventKind(name) ? { kind: name, original: null } : { kind: "custom", original: name };
}
