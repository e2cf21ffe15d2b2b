import type { ClaimedRow } from "../../store/outbox.ts";
import { newsOf } from "../experiment/index.ts";

/** What happened, for any kind of channel to tell. Times in milliseconds since the epoch. */
export interface Story {
  /** Of the notification: the same at each try, in every message. */
  id: string;
  event: StoryEvent;
  /** When it happened. */
  at: number;
  channel: { id: number; name: string };
  monitor: { id: number; name: string; url: string | null } | null;
  downtime: StoryDowntime | null;
  /** When the certificate ends. */
  certificateEndsAt: number | null;
  /** Which reminder it is, from 1. */
  reminder: number | null;
  /** One line. */
  title: string;
  /** A sentence. */
  text: string;
  mood: "bad" | "good" | "neutral";
}

export type StoryEvent =
  | "monitor.down"
  | "monitor.up"
  | "monitor.reminder"
  | "certificate.expiring"
  | "experiment.ended"
  | NewsEvent
  | "test";

/** What is told in words that were written when it happened. */
export type NewsEvent = "launch.ended" | "launch.note";

export interface StoryDowntime {
  id: number;
  from: number;
  /** Null while it lasts. */
  to: number | null;
  end: "recovered" | "paused" | null;
  reason: string;
  /** Regions whose checks opened and closed it. */
  region: string;
  closingRegion: string | null;
}

/**
 * What a notification tells, by how things are now: an alert that comes late says so.
 * @param publicHost Our own name, for links; null where the deployment was not told it.
 */
export function storyOf(claimed: ClaimedRow, now: number, publicHost: string | null): Story {
  const { channel } = claimed;
  const id = String(claimed.notification.id);
  const told = { id, channel: { id: channel.id, name: channel.name } };
  const ofNoMonitor = { monitor: null, downtime: null, certificateEndsAt: null, reminder: null };
  if (claimed.experiment) {
    const news = newsOf(claimed.experiment, publicHost);
    return { ...told, event: "experiment.ended", ...news, ...ofNoMonitor };
  }
  if (claimed.news) {
    const { at, mood, title, text } = claimed.news;
    const event = claimed.news.event as NewsEvent;
    return { ...told, event, at, mood, title, text, ...ofNoMonitor };
  }
  const { notification, monitor, downtime } = claimed;
  const common = { ...told, monitor: { ...monitor, url: shown(monitor.url) } };
  if (notification.occasion === "certificate" || !downtime) {
    const endsAt = notification.subject;
    const left = endsAt - now;
    const when = left > 0 ? `ends in ${span(left)}` : "has ended";
    return {
      ...common,
      event: "certificate.expiring",
      at: notification.createdAt,
      mood: "bad",
      downtime: null,
      certificateEndsAt: endsAt,
      reminder: null,
      title: `Certificate of ${monitor.name} ${when}`,
      text: `The certificate of ${monitor.name} ${left > 0 ? "ends" : "ended"} on ${clock(endsAt)}.`,
    };
  }
  const { occasion } = notification;
  return {
    ...common,
    certificateEndsAt: null,
    downtime: {
      id: downtime.id,
      from: downtime.openedAt,
      to: downtime.closedAt,
      end: downtime.end,
      reason: downtime.reason,
      region: downtime.checker,
      closingRegion: downtime.closingChecker,
    },
    reminder: occasion === "reminder" ? notification.round : null,
    ...telling(occasion, monitor.name, downtime, now),
  };
}

type Telling = Pick<Story, "event" | "at" | "title" | "text" | "mood">;

function telling(
  occasion: "opened" | "closed" | "reminder",
  name: string,
  downtime: NonNullable<ClaimedRow["downtime"]>,
  now: number,
): Telling {
  const { openedAt, closedAt, reason } = downtime;
  const lasted = span((closedAt ?? now) - openedAt);
  const because = reason === "" ? "." : `: ${sentence(reason)}`;
  switch (occasion) {
    case "opened":
      if (closedAt === null) {
        const text = `${name} is down since ${clock(openedAt)}${because}`;
        return { event: "monitor.down", at: openedAt, title: `Down: ${name}`, text, mood: "bad" };
      }
      return {
        event: "monitor.down",
        at: openedAt,
        mood: "neutral",
        title: `Was down: ${name} (for ${lasted})`,
        text: `${name} was down from ${clock(openedAt)} to ${clock(closedAt)}${because} This message comes late; ${downtime.end === "paused" ? "its checks were paused since" : "it is up again"}.`,
      };
    case "reminder":
      return {
        event: "monitor.reminder",
        at: now,
        mood: "bad",
        title: `Still down: ${name} (for ${lasted})`,
        text: `${name} is still down, since ${clock(openedAt)}${because}`,
      };
    case "closed":
      return {
        event: "monitor.up",
        at: closedAt ?? now,
        mood: "good",
        title: `Up again: ${name} (was down for ${lasted})`,
        text: `${name} is up again since ${clock(closedAt ?? now)}. It was down since ${clock(openedAt)}${because}`,
      };
    default:
      return occasion satisfies never;
  }
}

/** What a test message tells. */
export function testStory(channel: { id: number; name: string }, id: string, now: number): Story {
  return {
    id,
    event: "test",
    at: now,
    channel,
    mood: "neutral",
    monitor: null,
    downtime: null,
    certificateEndsAt: null,
    reminder: null,
    title: `Test message for ${channel.name}`,
    text: "Alerts of your monitors will come here, and look like this.",
  };
}

export interface Particular {
  label: string;
  value: string;
  /** The value is an http(s) address in the form that URL parsers write. */
  link?: true;
}

/** A story's particulars, for people. */
export function particulars({ id, monitor, downtime, certificateEndsAt }: Story): Particular[] {
  const url = monitor?.url ?? null;
  return [
    ...(url === null ? [] : [{ label: "Address", value: url, link: true as const }]),
    ...(downtime ? ofDowntime(downtime) : []),
    ...(certificateEndsAt === null ? [] : [{ label: "Ends", value: clock(certificateEndsAt) }]),
    { label: "Notification", value: id },
  ];
}

function ofDowntime(downtime: StoryDowntime): Particular[] {
  const { from, to, reason, region, end, closingRegion } = downtime;
  const by = closingRegion === null ? "" : ` (seen from ${closingRegion})`;
  const label = end === "paused" ? "Paused" : "Up since";
  return [
    { label: "Down since", value: `${clock(from)} (seen from ${region})` },
    ...(to === null ? [] : [{ label, value: `${clock(to)}${by}` }]),
    ...(reason === "" ? [] : [{ label: "Reason", value: reason }]),
  ];
}

/** An address as it goes to a channel: queries and fragments may hold keys. */
function shown(url: string | null): string | null {
  const parsed = url === null ? null : URL.parse(url);
  return parsed && `${parsed.origin}${parsed.pathname}`.replaceAll("|", "%7C");
}

function sentence(reason: string): string {
  return /[.!?…]$/.test(reason) ? reason : `${reason}.`;
}

/** `2026-11-24 15:26:00 UTC`. */
export function clock(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** A length of time in its two largest units: `3 h 12 min`. */
export function span(milliseconds: number): string {
  let left = Math.max(0, Math.round(milliseconds / 1000));
  const parts: string[] = [];
  for (const [seconds, unit] of UNITS) {
    const whole = Math.floor(left / seconds);
    left -= whole * seconds;
    if (whole > 0) parts.push(`${whole} ${unit}`);
    // The second part is that of the next smaller unit, or none.
    if (parts.length === 2 || (parts.length === 1 && whole === 0)) break;
  }
  return parts.join(" ") || "0 s";
}
