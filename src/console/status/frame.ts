import type { Gap, Numbered } from "../../domain/event.ts";
import { type MonitorEvent, publicCheck } from "../../domain/monitor/index.ts";
import { checkRow } from "./checks.ts";
import type { LiveMessage } from "./live.js";
import { banner, shownOf } from "./state.ts";

/** One message of `/status/{hash}/live`: what of the page is new, as HTML (`live.d.ts`). */
export function statusFrame(event: Numbered<MonitorEvent> | Gap): string {
  return JSON.stringify(messageOf(event));
}

function messageOf(event: Numbered<MonitorEvent> | Gap): LiveMessage {
  if (event.type !== "check") return { type: event.type };
  const { seq, at, state, downSince, inMaintenance } = event;
  const check = publicCheck(event.check);
  // What is checked has points.
  const now = { state, downSince, inMaintenance, halted: false, lastCheck: check };
  return {
    type: "check",
    seq,
    state: String(banner(now, at)),
    title: shownOf(now).title,
    row: String(checkRow(check)),
  };
}
