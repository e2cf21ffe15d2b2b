import { particulars, type Story } from "../story.ts";
import { clip } from "./clip.ts";

const SIGNS: Record<Story["mood"], string> = {
  bad: ":red_circle:",
  good: ":large_green_circle:",
  neutral: ":white_circle:",
};

/** A section's text may have 3,000 characters once escaped. */
const MAX_LENGTH = 500;

/**
 * An incoming webhook's message: `text` for notifications, blocks for the channel. What tenants
 * wrote is escaped, so that it calls no one (`<!channel>`).
 */
export function slackBody(story: Story): string {
  const title = `${SIGNS[story.mood]} *${plain(story.title)}*`;
  const lines = particulars(story).map(
    ({ label, value, link }) => `${label}: ${link ? `<${plain(value)}>` : plain(value)}`,
  );
  return JSON.stringify({
    text: `${SIGNS[story.mood]} ${plain(story.title)}`,
    blocks: [
      { type: "section", text: mrkdwn(`${title}\n${plain(story.text)}`) },
      { type: "context", elements: lines.map(mrkdwn) },
    ],
  });
}

function mrkdwn(text: string) {
  return { type: "mrkdwn", text, verbatim: true };
}

/** The three characters that Slack asks to be written as entities. */
function plain(text: string): string {
  return clip(text, MAX_LENGTH)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
